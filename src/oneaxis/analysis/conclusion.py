"""One deviation's evidence, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from oneaxis.analysis.interval import describe, t_interval, welch_interval, without_spread
from oneaxis.analysis.metrics import Direction
from oneaxis.analysis.more_seeds import more_seeds
from oneaxis.analysis.pairing import Match
from oneaxis.analysis.result import Band, Estimate, Verdict
from oneaxis.analysis.verdict import FEWEST_PAIRS, beside_band, decide, equivalence_bound
from oneaxis.vocabulary import Record, Trial


@dataclass(frozen=True)
class Terms:
    """What was agreed before any result, and the reference's runs.

    `alpha` is that of one deviation (α/k), `plain` the level of intervals that decide nothing. `reference` are its
    finished values of the metric, `reference_lacks` the seeds at which it has no result.
    """

    metric: str | None
    direction: Direction | None
    margin: float | None
    alpha: float
    plain: float
    paired: bool
    resampled: bool
    band: Band | None = None
    reference: tuple[float, ...] = ()
    adaptive: bool = False
    reference_lacks: frozenset[int | None] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Evidence:
    """A deviation's planned trials, their records, and its pairs with the reference."""

    axis: str
    trials: tuple[Trial, ...]
    records: Mapping[int, Record]
    matches: tuple[Match, ...]

    def of(self, seeds: Sequence[int | None]) -> Evidence:
        """The same, of some seeds only."""
        kept = tuple(trial for trial in self.trials if trial.seed in seeds)
        return Evidence(self.axis, kept, self.records, tuple(one for one in self.matches if one.trial.seed in seeds))

    @cached_property
    def found(self) -> list[Record]:
        return [self.records[trial.index] for trial in self.trials if trial.index in self.records]

    @cached_property
    def finished(self) -> list[Record]:
        return [record for record in self.found if record.status == "finished"]

    @cached_property
    def comparable(self) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if not match.obstacles)

    @property
    def overlap(self) -> float | None:
        """Held-out over training examples, the largest of its pairs; None where a record doesn't say."""
        sizes = [record.sizes for match in self.matches for record in (match.reference, match.deviation)]
        if not sizes or not all(one.get("train") and one.get("evaluation") for one in sizes):
            return None
        return max(one["evaluation"] / one["train"] for one in sizes)


@dataclass(frozen=True)
class Conclusion:
    """A verdict and what it rests on.

    `capped`: no number of seeds would make it more. `without_interval`: equal differences say nothing of their spread,
    so the interval that a formula gives for them would mislead.
    """

    verdict: Verdict
    reason: str = ""
    by_margin: bool = False
    bound: float | None = None
    more: tuple[int, int] | None = None
    capped: bool = False
    without_interval: bool = False


def difference(evidence: Evidence, metric: str, terms: Terms, confidence: float) -> Estimate | None:
    """The mean difference of a metric with its interval; without one where the overlap of splits isn't known."""
    pairs = [
        (match.deviation.metrics[metric], match.reference.metrics[metric])
        for match in evidence.comparable
        if metric in match.deviation.metrics and metric in match.reference.metrics
    ]
    if not terms.paired:
        own = [one for one, _ in pairs]
        return welch_interval(own, terms.reference, confidence) if own and terms.reference else None
    deltas = [one - other for one, other in pairs]
    overlap = evidence.overlap if terms.resampled else 0.0
    if not deltas or overlap is None:
        return describe(deltas)
    method = "paired t, corrected for overlapping splits" if terms.resampled else "paired t"
    return t_interval(deltas, confidence, overlap=overlap, method=method)


def conclude(evidence: Evidence, terms: Terms, estimate: Estimate | None) -> Conclusion:
    """The verdict of the deciding metric's interval, its guards first."""
    return _without_result(evidence) or _of_interval(evidence, terms, estimate)


def _without_result(evidence: Evidence) -> Conclusion | None:
    """Where there is nothing to decide on."""
    if not evidence.finished:
        lost = _lost(evidence, None)
        return Conclusion(
            "failed" if evidence.found else "missing", lost if len(evidence.trials) > 1 else "", capped=True
        )
    if evidence.matches and not evidence.comparable:
        keys = dict.fromkeys(change.key for match in evidence.matches for change in match.obstacles)
        return Conclusion("not comparable", f"differs in {', '.join(keys)} as well", capped=True)
    if not evidence.matches:
        return Conclusion("no verdict", "the reference has no result at its seeds", capped=True)
    if len(evidence.comparable) == len(evidence.finished) and all(map(same_outputs, evidence.comparable)):
        return Conclusion(
            "identical", f"every output is equal, bit for bit: is {evidence.axis} wired?", without_interval=True
        )
    return None


def _of_interval(evidence: Evidence, terms: Terms, estimate: Estimate | None) -> Conclusion:
    if estimate is None:
        has = any(terms.metric in match.deviation.metrics for match in evidence.comparable)
        who = "at its seeds the reference" if has else "it"
        return Conclusion("no verdict", f"{who} returned no {terms.metric or 'metric'}", capped=True)
    bound = equivalence_bound(estimate)
    if estimate.n < FEWEST_PAIRS:
        return _of_few(evidence, terms, estimate, bound)
    if estimate.low is None:
        reason = "its seeds draw overlapping splits, and the sizes of train and evaluation data aren't recorded"
        return Conclusion("no verdict", reason, capped=True)
    if terms.paired and _same_everywhere(evidence, terms.metric or ""):
        reason = "every seed shows the same difference: no variation seen"
        return Conclusion("inconclusive", reason, without_interval=True)
    verdict, by_margin = decide(estimate, terms.margin, terms.direction)
    if verdict == "inconclusive":
        return _undecided(evidence, terms, estimate, bound)
    return _guarded(evidence, terms, Conclusion(verdict, "", by_margin, bound))


def _guarded(evidence: Evidence, terms: Terms, found: Conclusion) -> Conclusion:
    """A verdict's other side: what has no result might have been the worst of its kind."""
    barred = len(evidence.matches) - len(evidence.comparable)
    if barred:
        reason = f"{barred} of {len(evidence.matches)} pairs can't be compared"
        return Conclusion("inconclusive", reason, bound=found.bound, capped=True)
    lost = _lost(evidence, terms.metric)
    if lost and found.verdict != "worse":
        return Conclusion("inconclusive", lost, bound=found.bound, capped=True)
    gone = terms.reference_lacks & {trial.seed for trial in evidence.trials}
    if gone and found.verdict != "better":
        reason = f"the reference has no result at {len(gone)} of {len(evidence.trials)} seeds"
        return Conclusion("inconclusive", reason, bound=found.bound)
    return replace(found, reason=lost)


def _undecided(evidence: Evidence, terms: Terms, estimate: Estimate, bound: float | None) -> Conclusion:
    overlap = (evidence.overlap or 0.0) if terms.resampled else 0.0
    more = None
    if terms.paired and estimate.sd:
        more = more_seeds(estimate.n, estimate.mean, estimate.sd, terms.alpha, margin=terms.margin, overlap=overlap)
    lost = _lost(evidence, terms.metric)
    reason = lost or ("" if more else "more seeds would hardly decide it")
    return Conclusion("inconclusive", reason, bound=bound, more=more, capped=bool(lost))


def _of_few(evidence: Evidence, terms: Terms, estimate: Estimate, bound: float | None) -> Conclusion:
    """Below three pairs: beside the reference's noise band, if it is known."""
    few = "one run" if estimate.n == 1 else f"{estimate.n} runs"
    lost = _lost(evidence, terms.metric)
    # A band of runs that came after the look would change a final verdict.
    if terms.band is None or terms.metric is None or terms.adaptive:
        more = f"{lost}; " if lost else ""
        reason = f"{more}{few} each: fewer than {FEWEST_PAIRS} pairs decide nothing"
        return Conclusion("no verdict", reason, bound=bound, capped=bool(lost))
    own = [one.deviation.metrics for one in evidence.comparable]
    value = describe([metrics[terms.metric] for metrics in own if terms.metric in metrics])
    assert value is not None
    place = beside_band(value.mean, terms.band)
    reason = f"{few} beside the noise band of {terms.band.n} reference runs"
    if lost and place == "inside":
        reason = f"{lost}; {reason}"
    return Conclusion(place, reason, bound=bound, capped=bool(lost))


def _lost(evidence: Evidence, metric: str | None) -> str:
    """`2 of 5 seeds failed`; empty where each has a result, and returned the metric."""
    count = len(evidence.trials)
    parts = []
    without = sum(metric is not None and metric not in record.metrics for record in evidence.finished)
    for word, number in (
        ("failed", sum(record.status == "failed" for record in evidence.found)),
        ("refused", sum(record.status == "refused" for record in evidence.found)),
        ("missing", count - len(evidence.found)),
        (f"returned no {metric}", without),
    ):
        if number:
            parts.append(f"{number} of {count} seed{'s' if count > 1 else ''} {word}")
    return ", ".join(parts)


def same_outputs(match: Match) -> bool:
    """Whether two trials returned, predicted and logged the same, bit for bit."""
    one, other = match.reference, match.deviation
    return dict(one.metrics) == dict(other.metrics) and dict(one.outputs) == dict(other.outputs)


def _same_everywhere(evidence: Evidence, metric: str) -> bool:
    pairs = [(one.deviation.metrics, one.reference.metrics) for one in evidence.comparable]
    known = [(own[metric], other[metric]) for own, other in pairs if metric in own and metric in other]
    return without_spread([own - other for own, other in known], [value for pair in known for value in pair])
