"""What a study was asked to do, and the override list of each trial."""

from __future__ import annotations

from dataclasses import dataclass

from oneaxis.vocabulary import Axis, ControlKind, FixedOverride, Path, split_key


@dataclass(frozen=True)
class Request:
    """Fixed overrides, axes, replicates.

    `seeds` and `reference_seeds` are a number of replicates, counted up from the configuration's seed, or a
    list. `choosing` names the groups that choose a file of axes: they move no reference. `unstable` are the
    leaves that no two compositions share. `resampled` says that the seed draws the split, not the training.
    `looks` are those of an adaptive study, `max_trials` its limit; `remarks` are shown with the plan.
    `controls` are an axis of one value each, but for the repeat.
    """

    fixed: tuple[FixedOverride, ...]
    axes: tuple[Axis, ...]
    seeds: int | tuple[int, ...] = 1
    reference_seeds: int | tuple[int, ...] | None = None
    seed_key: str = "seed"
    reference: bool = True
    protected: tuple[str, ...] = ()
    choosing: tuple[str, ...] = ()
    unstable: frozenset[Path] = frozenset()
    resampled: bool = False
    looks: tuple[int, ...] = ()
    max_trials: int | None = None
    remarks: tuple[str, ...] = ()
    controls: tuple[tuple[ControlKind, Axis | None], ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether trials name their seed: a lone seed is left as the configuration has it."""
        return self.seeds != 1 or self.reference_seeds not in (None, 1)

    @property
    def seed_path(self) -> Path:
        return split_key(self.seed_key)

    def overrides(self, axis: Axis | None = None, value: str | None = None, seed: int | None = None) -> tuple[str, ...]:
        """The command line with one axis at `value` and the seed at `seed`; texts and places are kept.

        A fixed override of the same key gives way to the swept value; it stays the reference's.
        """
        placed: list[tuple[int, str]] = []
        end = len(self.fixed) + len(self.axes) + 1
        prefix = axis.prefix if axis else ""
        seed_prefix, seed_place = "", end + 1
        for item in self.fixed:
            if axis is not None and item.key == axis.key:
                # `+z=1 z=2,3`: the key exists only because the fixed override adds it.
                prefix = prefix or item.prefix.replace("~", "")
            elif seed is not None and item.key == self.seed_key:
                seed_prefix, seed_place = item.prefix, item.position
            else:
                placed.append((item.position, item.text))
        if axis is not None:
            placed.append((end if axis.position is None else axis.position, f"{prefix}{axis.key}={value}"))
        if seed is not None:
            placed.append((seed_place, f"{seed_prefix}{self.seed_key}={seed}"))
        return tuple(text for _, text in sorted(placed, key=lambda pair: pair[0]))
