"""A change with its own learning rate beside the reference with its own: two changes, the second one tuning.

A change of the optimizer or the model is measured at the learning rate that was right for the reference. "Worse" is
true there and misleads: the change may only need another rate. Each side's best rate is chosen on the seeds that are
compared, so that the interval flatters neither side more than the other, and both a little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from oneaxis.analysis.comparable import second_differences
from oneaxis.analysis.conclusion import Evidence, Terms, difference
from oneaxis.analysis.interval import mean
from oneaxis.analysis.pairing import Match
from oneaxis.analysis.result import Estimate, Verdict
from oneaxis.analysis.verdict import decide
from oneaxis.canonical import leaf_at, leaves, same
from oneaxis.vocabulary import Change, Deviation, Path, Policy, Record, Trial

LEARNING_RATES = frozenset(("lr", "learning_rate", "eta", "eta0", "learning_rate_init"))
# Packages that train by gradients: without one of them a learning rate in the configuration moves nothing.
GRADIENTS = frozenset(("torch", "tensorflow", "keras", "jax", "flax", "mxnet", "paddlepaddle", "mlx", "lightning"))

Runs = Mapping[Any, Mapping[int | None, Record]]  # by the rate's value, then by seed


@dataclass(frozen=True)
class Rate:
    """A learning rate that a change left as it was."""

    path: Path
    value: float

    @property
    def key(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class OwnTuning:
    """Both sides at their best rate, and their difference; `obstacles` forbid to compare them, at some seeds or all.

    `edge` says which end of the rates that were tried the change's best one is, if any; `reference_tried` how many
    rates the reference had to choose from.
    """

    rate: Rate
    own: float
    reference: float
    own_mean: float
    reference_mean: float
    estimate: Estimate | None
    verdict: Verdict
    obstacles: tuple[Change, ...] = ()
    edge: Literal["smallest", "largest"] | None = None
    reference_tried: int = 1


def held_rate(deviation: Deviation, reference: Record, own: Record) -> Rate | None:
    """The learning rate at which a change was measured and that it didn't touch; None where none is in use."""
    before, after = dict(leaves(reference.config)), dict(leaves(own.config))
    touched = {change.path for change in (*deviation.difference.own, *deviation.difference.carried)}
    trains = bool(GRADIENTS & set(own.environment.get("packages", {})))
    for path, value in after.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if path[-1] not in LEARNING_RATES or not number or value <= 0 or path in touched:
            continue
        if trains and same(value, before.get(path)) and ".".join(path) != deviation.axis:
            return Rate(path, value)
    return None


def runs_by_rate(rate: Rate, found: Iterable[tuple[Trial, Record]]) -> Runs:
    """The finished runs of one side: at the rate that was held, and those that change nothing but the rate."""
    runs: dict[Any, dict[int | None, Record]] = {}
    for trial, record in found:
        if record.status == "finished" and trial.control is None and trial.axis in (None, rate.key):
            value = leaf_at(dict(leaves(record.config)), rate.path)
            runs.setdefault(value, {}).setdefault(trial.seed, record)
    return runs


def own_tuning(
    deviation: Deviation, rate: Rate, change: Runs, reference: Runs, *, terms: Terms, policy: Policy
) -> OwnTuning | None:
    """Compare the best of both sides by seed; None before both have runs at two rates, or without a direction."""
    seeds = [seed for seed in change.get(rate.value, {}) if seed in reference.get(rate.value, {})]
    if not seeds or len(change) < 2 or terms.direction is None or terms.metric is None:  # noqa: PLR2004
        return None
    own, other = (_best(runs, seeds, terms) for runs in (change, reference))
    if own is None or other is None:
        return None
    alone = replace(deviation, digest="")  # the rate differs as well, which is the point
    matches = []
    for number, seed in enumerate(seeds):
        one, two = reference[other][seed], change[own][seed]
        trial = Trial(number, deviation.name, deviation.axis, deviation.value, seed, (), "", "")
        matches.append(Match(trial, one, two, second_differences(one, two, alone, policy)))
    obstacles = tuple(dict.fromkeys(found for match in matches for found in match.obstacles))
    evidence = Evidence(deviation.axis, tuple(match.trial for match in matches), {}, tuple(matches))
    estimate = difference(evidence, terms.metric, terms, terms.plain)
    return OwnTuning(
        rate=rate,
        own=own,
        reference=other,
        own_mean=mean([change[own][seed].metrics[terms.metric] for seed in seeds]),
        reference_mean=mean([reference[other][seed].metrics[terms.metric] for seed in seeds]),
        estimate=estimate,
        verdict="not comparable" if estimate is None else decide(estimate, None, terms.direction)[0],
        obstacles=obstacles,
        edge="smallest" if own == min(change) else "largest" if own == max(change) else None,
        reference_tried=len(reference),
    )


def _best(runs: Runs, seeds: Sequence[int | None], terms: Terms) -> Any:
    """The rate with the best mean, among those that have all seeds; None if none has."""
    metric, sign = terms.metric or "", 1 if terms.direction == "maximize" else -1
    whole = {
        value: mean([by_seed[seed].metrics[metric] for seed in seeds])
        for value, by_seed in runs.items()
        if all(seed in by_seed and metric in by_seed[seed].metrics for seed in seeds)
    }
    return max(whole, key=lambda value: sign * whole[value], default=None)
