"""A study's trials: each variant at each of its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oneaxis.planning.naming import folders
from oneaxis.planning.request import Request
from oneaxis.planning.seeds import Seeds
from oneaxis.vocabulary import Axis, Trial


@dataclass(frozen=True)
class Variant:
    """The reference (`axis` None) or a deviation, with the digest of its composed configuration."""

    axis: Axis | None
    value: str | None
    digest: str

    @property
    def name(self) -> str | None:
        return f"{self.axis.key}={self.value}" if self.axis else None


def list_trials(
    request: Request, reference: Variant | None, deviations: Sequence[Variant], seeds: Seeds, reference_seeds: Seeds
) -> tuple[Trial, ...]:
    """Seed by seed, the reference first: the earliest results can already be compared.

    Without a reference this is a plain sweep, and its folders are numbered as Hydra numbers them.
    """
    wanted: list[tuple[Variant, int | None]] = []
    for seed in dict.fromkeys((*seeds, *reference_seeds)):
        if reference is not None and seed in reference_seeds:
            wanted.append((reference, seed))
        if seed in seeds:
            wanted.extend((variant, seed) for variant in deviations)
    named = folders([(variant.name or "reference", seed) for variant, seed in wanted], several=request.pinned)
    names = named if request.reference else tuple(map(str, range(len(wanted))))
    return tuple(
        Trial(
            index=index,
            deviation=variant.name,
            axis=variant.axis.key if variant.axis else None,
            value=variant.value,
            seed=seed,
            overrides=request.overrides(variant.axis, variant.value, seed if request.pinned else None),
            digest=variant.digest,
            folder=folder,
        )
        for index, ((variant, seed), folder) in enumerate(zip(wanted, names, strict=True))
    )
