"""Compare each deviation with the reference, paired by seed."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oneaxis.analysis.comparable import gate_remarks
from oneaxis.analysis.metrics import Direction, metric_direction, metric_names, metric_remarks, primary_metric
from oneaxis.vocabulary import Plan, Policy, Record, Trial


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation of n values; no standard deviation below two."""

    n: int
    mean: float
    sd: float | None


@dataclass(frozen=True)
class Row:
    """The reference (`axis` None) or one deviation over its seeds.

    `deltas` are differences deviation − reference per metric, over the seeds that both finished.
    """

    name: str
    axis: str | None
    before: str
    value: str
    metrics: Mapping[str, Spread]
    deltas: Mapping[str, Spread]
    seconds: Spread | None
    planned: int
    finished: int
    failed: int
    refused: int

    @property
    def missing(self) -> int:
        return self.planned - self.finished - self.failed - self.refused


@dataclass(frozen=True)
class Comparison:
    """What the records say. `metric` decides, in `direction`; other metrics are shown."""

    metric: str | None
    direction: Direction | None
    metrics: tuple[str, ...]
    reference: Row | None
    rows: tuple[Row, ...]
    pair_deltas: Mapping[int, Mapping[str, float]]
    unusable: tuple[tuple[Trial, Record | None], ...]
    remarks: tuple[str, ...] = ()

    @property
    def seeds(self) -> int:
        """The most seeds that any row has."""
        return max((row.planned for row in (self.reference, *self.rows) if row is not None), default=0)


def compare(plan: Plan, records: Mapping[int, Record], policy: Policy) -> Comparison:
    """Rows in axis order. Trials without a usable record are counted and listed, never left out."""
    finished = {index: record for index, record in records.items() if record.status == "finished"}
    names = metric_names(finished[trial.index] for trial in plan.trials if trial.index in finished)
    metric = primary_metric(names, policy)
    groups: dict[str | None, list[Trial]] = {}
    for trial in plan.trials:
        groups.setdefault(trial.deviation, []).append(trial)
    reference_trials = groups.pop(None, [])
    reference_by_seed = {trial.seed: finished.get(trial.index) for trial in reference_trials}
    pair_deltas = {
        trial.index: _deltas(finished[trial.index], other)
        for trials in groups.values()
        for trial in trials
        if trial.index in finished and (other := reference_by_seed.get(trial.seed)) is not None
    }
    before = {deviation.name: deviation.before for deviation in plan.deviations}
    return Comparison(
        metric=metric,
        direction=metric_direction(metric, policy) if metric else None,
        metrics=names,
        reference=_row(reference_trials, records, names, {}, "") if reference_trials else None,
        rows=tuple(
            _row(trials, records, names, pair_deltas, before.get(name or "", "")) for name, trials in groups.items()
        ),
        pair_deltas=pair_deltas,
        unusable=tuple((trial, records.get(trial.index)) for trial in plan.trials if trial.index not in finished),
        remarks=(*metric_remarks(names, policy), *gate_remarks(policy)),
    )


def spread(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    return Spread(len(values), statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None)


def _deltas(deviation: Record, reference: Record) -> dict[str, float]:
    return {
        name: value - reference.metrics[name] for name, value in deviation.metrics.items() if name in reference.metrics
    }


def _row(
    trials: Sequence[Trial],
    records: Mapping[int, Record],
    names: Sequence[str],
    pair_deltas: Mapping[int, Mapping[str, float]],
    before: str,
) -> Row:
    found = [records[trial.index] for trial in trials if trial.index in records]
    finished = [record for record in found if record.status == "finished"]
    first = trials[0]
    return Row(
        name=first.deviation or "reference",
        axis=first.axis,
        before=before,
        value=first.value or "",
        metrics=_spreads(names, [record.metrics for record in finished]),
        deltas=_spreads(names, [pair_deltas[trial.index] for trial in trials if trial.index in pair_deltas]),
        seconds=spread([record.seconds for record in finished if record.seconds is not None]),
        planned=len(trials),
        finished=len(finished),
        failed=sum(record.status == "failed" for record in found),
        refused=sum(record.status == "refused" for record in found),
    )


def _spreads(names: Sequence[str], rows: Sequence[Mapping[str, float]]) -> dict[str, Spread]:
    found = {name: spread([row[name] for row in rows if name in row]) for name in names}
    return {name: value for name, value in found.items() if value is not None}
