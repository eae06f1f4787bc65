"""Which records are compared with each other: the plan decides, never the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from oneaxis.analysis.comparable import second_differences
from oneaxis.vocabulary import Change, Deviation, Plan, Policy, Record, Trial


@dataclass(frozen=True)
class Match:
    """A deviation's trial and the reference's at the same seed, both finished; obstacles forbid to compare them."""

    trial: Trial
    reference: Record
    deviation: Record
    obstacles: tuple[Change, ...] = ()


def pairing(plan: Plan) -> Literal["paired", "unpaired"]:
    """Paired where the reference runs at every seed of the deviations."""
    reference = {trial.seed for trial in plan.trials if trial.deviation is None}
    own = {trial.seed for trial in plan.trials if trial.role == "deviation"}
    return "paired" if own <= reference else "unpaired"


def planned_comparisons(plan: Plan) -> int:
    """How many verdicts the plan asks for: deviations × primary metrics, of which there is one."""
    return max(1, len({trial.deviation for trial in plan.trials if trial.role == "deviation"}))


def matches(
    trials: Sequence[Trial],
    reference: Mapping[int | None, Record],
    finished: Mapping[int, Record],
    declared: Deviation | None,
    policy: Policy,
) -> tuple[Match, ...]:
    """The pairs of one deviation, in the order of its trials; `reference` holds finished records by seed."""
    found = []
    for trial in trials:
        own, other = finished.get(trial.index), reference.get(trial.seed)
        if own is not None and other is not None:
            obstacles = second_differences(other, own, declared, policy) if declared else ()
            found.append(Match(trial, other, own, obstacles))
    return tuple(found)
