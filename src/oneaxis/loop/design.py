"""The settings of a study's design: seeds, adaptive looks, a screen, controls."""

from __future__ import annotations

from typing import Any, cast

from omegaconf import DictConfig, OmegaConf

from oneaxis.composing.text import written
from oneaxis.errors import BadOverride
from oneaxis.loop.legal import is_whole, mapping
from oneaxis.vocabulary import ControlKind

ADAPTIVE = "adaptive"
SCREEN_SEEDS = 5  # for what stands out, where the study says no number
FEWEST_SCREEN_SEEDS = 3  # a noise band needs them


def suits_adaptive(plain: DictConfig) -> None:
    if plain.policy.replicates == "resampled":
        raise BadOverride(
            "hydra.sweeper.seeds=adaptive needs seeds that move the training only, and hydra.sweeper.policy.replicates "
            "is resampled: how often its looks would err there isn't known; give a number (seeds=10)"
        )
    if plain.reference_seeds is not None:
        raise BadOverride(
            "hydra.sweeper.reference_seeds can't be set with seeds=adaptive: the reference gets every seed "
            "that any deviation needs; leave it out"
        )
    if not plain.reference:
        raise BadOverride("hydra.sweeper.seeds=adaptive needs the reference, and hydra.sweeper.reference is false")


def screen_looks(seeds: int | tuple[int, ...], plain: DictConfig) -> tuple[int, int]:
    """One seed for all, then all of them for what stands out of the reference's noise."""
    count = seeds if isinstance(seeds, int) else len(seeds)
    if count < FEWEST_SCREEN_SEEDS:
        raise BadOverride(
            f"hydra.sweeper.screen with {count} seeds: the noise band takes {FEWEST_SCREEN_SEEDS} at least; "
            f"give more (hydra.sweeper.seeds={SCREEN_SEEDS}), or leave hydra.sweeper.seeds out"
        )
    if plain.reference_seeds is not None:
        raise BadOverride(
            "hydra.sweeper.reference_seeds can't be set with a screen: the reference gets every seed; leave it out"
        )
    if not plain.reference:
        raise BadOverride("hydra.sweeper.screen needs the reference, and hydra.sweeper.reference is false")
    return (1, count)


def controls(value: Any, *, reference: bool) -> tuple[tuple[ControlKind, str | None], ...]:
    """`[repeat]`, or `{repeat: true, bite: {KEY: VALUE}, placebo: {KEY: VALUE}}`; `KEY=VALUE` is a change, too."""
    form = "{repeat: true, bite: {KEY: VALUE}, placebo: {KEY: VALUE}}"
    if not value:
        return ()
    if value in ("repeat", ["repeat"]):
        value = {"repeat": True}
    found: list[tuple[ControlKind, str | None]] = []
    for kind, change in mapping(value, "controls", form).items():
        if kind == "repeat" and isinstance(change, bool):
            found += [("repeat", None)] if change else []
        elif kind in ("bite", "placebo") and isinstance(change, str) and "=" in change:
            found.append((cast("ControlKind", kind), change))
        elif kind in ("bite", "placebo") and isinstance(change, dict) and len(change) == 1:
            [(key, value_of_it)] = change.items()
            found.append((cast("ControlKind", kind), f"{key}={written(value_of_it)}"))
        else:
            raise BadOverride(f"hydra.sweeper.controls.{kind} is {change!r}; write {form}, or some of these")
    if found and not reference:
        raise BadOverride("hydra.sweeper.controls need the reference, and hydra.sweeper.reference is false")
    return tuple(found)


def read_seeds(value: Any, name: str) -> int | tuple[int, ...]:
    if is_whole(value) and value >= 1:
        return int(value)
    if OmegaConf.is_list(value) and len(value) and all(is_whole(item) for item in value):
        return tuple(dict.fromkeys(int(item) for item in value))
    more = f", or {ADAPTIVE}" if name == "seeds" else ""
    raise BadOverride(
        f"hydra.sweeper.{name} is {value!r}; give how many (5) or a list of whole numbers ([1,2,3]){more}"
    )
