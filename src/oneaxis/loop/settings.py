"""The settings under `hydra.sweeper`, checked and typed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import Any, Literal, cast

from omegaconf import DictConfig, OmegaConf

from oneaxis.analysis.adaptive import LOOKS
from oneaxis.composing.compose import typed_for_hydra
from oneaxis.errors import BadOverride
from oneaxis.loop.design import ADAPTIVE, SCREEN_SEEDS, controls, read_seeds, screen_looks, suits_adaptive
from oneaxis.loop.foreign import left_aside
from oneaxis.loop.legal import above_zero, mapping, names, one_of
from oneaxis.vocabulary import GATES, ControlKind, Margin, Policy


@dataclass(frozen=True)
class Settings:
    """What `hydra.sweeper` says about a study. `axes` is unresolved, as it stands in the file.

    `looks` are the numbers of seeds of adaptive studies and screens; their `seeds` is the last of them. `screen_typed`
    says that the screen was asked for on the command line, as axes are.
    """

    axes: Mapping[str, Any]
    carries: Mapping[str, tuple[str, ...]]
    seeds: int | tuple[int, ...]
    reference_seeds: int | tuple[int, ...] | None
    seed_key: str
    reference: bool
    policy: Policy
    reuse: bool | Literal["force"]
    dry_run: bool
    fail_fast: bool
    report: bool
    tracking: Any
    experiment: str | None
    screen: tuple[str, ...] = ()
    screen_typed: bool = False
    controls: tuple[tuple[ControlKind, str | None], ...] = ()
    looks: tuple[int, ...] = ()
    max_trials: int | None = None
    max_minutes: float | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    left_aside: tuple[str, ...] = ()


def _warm(value: Any) -> None:
    listed = OmegaConf.is_list(value) and all(isinstance(name, str) for name in value)
    if not isinstance(value, bool) and not listed:
        raise BadOverride(
            f"hydra.sweeper.warm is {value!r}; give true, false, or a list of modules that trials may find loaded: "
            "hydra.sweeper.warm=[torch]"
        )


def read_settings(hydra: DictConfig) -> Settings:
    """Read and check Hydra's `sweeper` node.

    Raises
    ------
    BadOverride
        For a setting of the wrong kind; the message names it and its legal values.
    """
    above_zero(hydra.sweeper.workers, "workers")
    for name in ("timeout_minutes", "max_trials", "max_minutes"):
        above_zero(hydra.sweeper[name], name)
    _warm(hydra.sweeper.warm)
    foreign = left_aside(hydra)
    raw = OmegaConf.to_container(hydra.sweeper, resolve=False)
    assert isinstance(raw, dict)
    plain = hydra.sweeper
    looks: tuple[int, ...] = LOOKS if plain.seeds == ADAPTIVE else ()
    if looks:
        suits_adaptive(plain)
    seeds = looks[-1] if looks else read_seeds(plain.seeds, "seeds")
    screened = names(raw["screen"], "screen")
    if screened and not looks:
        seeds = SCREEN_SEEDS if seeds == 1 else seeds
        looks = screen_looks(seeds, plain)
    _metrics_file(plain.policy.metrics_file)
    return Settings(
        axes=mapping(raw["axes"], "axes", "{key: values}"),
        carries={
            str(key): names(value, f"carries.{key}")
            for key, value in mapping(raw["carries"], "carries", "{axis: [group or key]}").items()
        },
        screen=screened,
        screen_typed=any(text.lstrip("+").startswith("hydra.sweeper.screen=") for text in typed_for_hydra(hydra)),
        controls=controls(raw["controls"], reference=bool(plain.reference)),
        seeds=seeds,
        reference_seeds=None if plain.reference_seeds is None else read_seeds(plain.reference_seeds, "reference_seeds"),
        seed_key=str(plain.seed_key),
        reference=bool(plain.reference),
        policy=Policy(
            metric=plain.policy.metric,
            direction=one_of(plain.policy.direction, "policy.direction", ("maximize", "minimize", None)),
            replicates=cast(
                'Literal["training", "resampled"]',
                one_of(plain.policy.replicates, "policy.replicates", ("training", "resampled")),
            ),
            protected=names(raw["policy"]["protected"], "policy.protected"),
            margin=_margin(plain.policy.margin),
            confidence=read_confidence(plain.policy.confidence, "hydra.sweeper.policy.confidence"),
            guardrails=_guardrails(raw["policy"]["guardrails"]),
            gates=_gates(raw["policy"]["gates"]),
        ),
        reuse=_reuse(plain.reuse),
        dry_run=bool(plain.dry_run),
        fail_fast=bool(plain.fail_fast),
        report=bool(plain.report),
        tracking=plain.tracking,
        experiment=plain.experiment,
        looks=looks,
        max_trials=plain.max_trials,
        max_minutes=plain.max_minutes,
        roles=read_roles(raw["roles"]),
        params={} if raw["axes"] else mapping(raw["params"], "params", "{key: values}"),
        left_aside=foreign,
    )


def _margin(value: Any) -> Margin | None:
    if value is None:
        return None
    return margin_of(value, "hydra.sweeper.policy.margin")


def margin_of(value: Any, name: str) -> Margin:
    """A margin that is given under this name: a setting or an argument."""
    return read_margin(value, f"{name} is {value!r}; give the smallest difference that")


def read_margin(value: Any, refusal: str) -> Margin:
    """`0.005` in the metric's unit, or `1%` of the reference's mean; `refusal` begins the message for anything else."""
    relative = isinstance(value, str) and value.strip().endswith("%")
    try:
        amount = float(value.strip()[:-1]) / 100 if relative else float(value)
    except (TypeError, ValueError):
        amount = math.nan
    if isinstance(value, bool):  # a switch is no number, though Python counts with it
        amount = math.nan
    if not 0 < amount < math.inf:
        raise BadOverride(
            f"{refusal} matters, above 0, in the metric's unit (0.005) or as a share of the reference's mean (1%)"
        )
    return Margin(amount, relative)


def read_confidence(value: Any, name: str) -> float:
    """The confidence of all verdicts together; `name` is the setting or argument that gives it."""
    share = float(value) if isinstance(value, Real) else math.nan
    if not 0.5 <= share < 1:  # noqa: PLR2004 - below it, verdicts are guesses
        raise BadOverride(f"{name} is {value!r}; give a share from 0.5 to below 1, such as 0.95")
    return share


def _guardrails(value: Any) -> Mapping[str, float]:
    limits = mapping(value, "policy.guardrails", "{metric: limit}")
    for name, limit in limits.items():
        if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not math.isfinite(limit):
            raise BadOverride(
                f"hydra.sweeper.policy.guardrails.{name} is {limit!r}; give the metric's limit, a number "
                f"({{{name}: 0.5}})"
            )
    return {name: float(limit) for name, limit in limits.items()}


def _reuse(value: Any) -> bool | Literal["force"]:
    if value not in (True, False, "force") or isinstance(value, int) != isinstance(value, bool):
        raise BadOverride(
            f"hydra.sweeper.reuse is {value!r}; give true (earlier trials of proved identity), false (run all) "
            "or force (also trials without recorded data)"
        )
    return cast('bool | Literal["force"]', value)


def read_roles(value: Any) -> Mapping[str, tuple[str, ...]]:
    """`hydra.sweeper.roles` as keys and groups by role."""
    declared = mapping(value, "roles", "{structure: [model], tuning: [optimizer.lr]}")
    unknown = [name for name in declared if name not in ("structure", "tuning")]
    if unknown:
        raise BadOverride(f"hydra.sweeper.roles names `{unknown[0]}`; the roles are structure and tuning")
    return {name: names(keys, f"roles.{name}") for name, keys in declared.items()}


def _metrics_file(value: Any) -> None:
    if value is not None and (not str(value) or Path(str(value)).is_absolute() or ".." in Path(str(value)).parts):
        raise BadOverride(
            f"hydra.sweeper.policy.metrics_file is {value!r}; give a file's name within the job folder: metrics.json"
        )


def _gates(value: Any) -> tuple[str, ...]:
    """The layers that must agree, in their own order; all where none is named. An empty list names none."""
    if value is None:
        return GATES
    named = names(value, "policy.gates")
    unknown = [name for name in named if name not in GATES]
    if unknown:
        raise BadOverride(
            f"hydra.sweeper.policy.gates names {unknown[0]!r}; give a list of the layers that two trials must share "
            f"to be compared: [{','.join(GATES)}], all of them by default"
        )
    return tuple(layer for layer in GATES if layer in named)
