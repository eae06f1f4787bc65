"""A study's trials: each variant at each of its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oneaxis.masking import marked_typed
from oneaxis.planning.naming import folders
from oneaxis.planning.request import Request
from oneaxis.planning.seeds import Seeds
from oneaxis.vocabulary import Axis, ControlKind, Trial


@dataclass(frozen=True)
class Variant:
    """The reference (`axis` None), a deviation or a control, with the digest of its composed configuration."""

    axis: Axis | None
    value: str | None
    digest: str
    control: ControlKind | None = None

    @property
    def shown(self) -> str | None:
        """The value as people may read it; an option's name is no secret."""
        if self.axis is None or self.value is None:
            return None
        return self.value if self.axis.kind == "group" else marked_typed(self.axis.key, self.value)

    @property
    def name(self) -> str | None:
        name = f"{self.axis.key}={self.shown}" if self.axis else None
        return name if self.control is None else " ".join(filter(None, (self.control, name)))


def list_trials(
    request: Request,
    reference: Variant | None,
    deviations: Sequence[Variant],
    seeds: Seeds,
    reference_seeds: Seeds,
    *,
    controls: Sequence[Variant] = (),
) -> tuple[Trial, ...]:
    """Seed by seed, the reference first and controls last: the earliest results can already be compared.

    The repeat has the first seed, other controls those of the first look. Without a reference this is a plain sweep,
    and its folders are numbered as Hydra numbers them.
    """
    wanted: list[tuple[Variant, int | None]] = []
    for seed in dict.fromkeys((*seeds, *reference_seeds)):
        if reference is not None and seed in reference_seeds:
            wanted.append((reference, seed))
        if seed in seeds:
            wanted.extend((variant, seed) for variant in deviations)
        looked = seeds[: request.looks[0]] if request.looks else seeds
        wanted.extend((each, seed) for each in controls if seed in (seeds[:1] if each.axis is None else looked))
    named = folders([(variant.name or "reference", seed) for variant, seed in wanted], several=request.pinned)
    names = named if request.reference else tuple(map(str, range(len(wanted))))
    return tuple(
        Trial(
            index=index,
            deviation=variant.name,
            axis=variant.axis.key if variant.axis else None,
            value=variant.shown,
            seed=seed,
            overrides=request.overrides(variant.axis, variant.value, seed if request.pinned else None),
            digest=variant.digest,
            folder=folder,
            control=variant.control,
        )
        for index, ((variant, seed), folder) in enumerate(zip(wanted, names, strict=True))
    )
