"""Compare each deviation with the reference: plan, records and a policy in, a comparison out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from oneaxis.analysis.comparable import gate_remarks
from oneaxis.analysis.conclusion import Terms
from oneaxis.analysis.controls import answer, blinded
from oneaxis.analysis.examples import Examples
from oneaxis.analysis.gathered import Gathered, finished_records, gather
from oneaxis.analysis.health import health
from oneaxis.analysis.interval import holm, p_value
from oneaxis.analysis.metrics import metric_remarks
from oneaxis.analysis.pairing import pairing, planned_comparisons
from oneaxis.analysis.result import Comparison, Health, Row
from oneaxis.analysis.rows import control_row, deviation_row, reference_row
from oneaxis.analysis.timing import timing
from oneaxis.vocabulary import Plan, Policy, Record, Trial


def compare(
    plan: Plan,
    records: Mapping[int, Record],
    policy: Policy,
    *,
    examples: Mapping[int, Examples] | None = None,
    adjusted: bool = False,
) -> Comparison:
    """Rows in axis order. Trials without a usable record are counted and listed, never left out.

    `examples` are predictions by trial: where one run each is compared they say whether the two fitted models differ.
    `adjusted` adds Holm's p values.
    """
    study = gather(plan, records, policy)
    terms, finished = study.terms, finished_records(records)
    reference = reference_row(study) if study.reference else None
    rows = [deviation_row(study, name, evidence, examples or {}) for name, evidence in study.evidence.items()]
    answers = [answer(each, study.controls[each.name], terms) for each in plan.controls if each.name in study.controls]
    rows = blinded(rows, answers)
    if adjusted:
        rows = _adjusted(rows, study)
    pair_deltas = {
        match.trial.index: {
            name: value - match.reference.metrics[name]
            for name, value in match.deviation.metrics.items()
            if name in match.reference.metrics
        }
        for evidence in study.evidence.values()
        for match in evidence.comparable
    }
    unusable = tuple(
        (trial, records.get(trial.index))
        for trial in plan.trials
        if trial.index not in finished and (trial.index in records or trial.index in study.wanted)
    )
    return Comparison(
        metric=terms.metric,
        direction=terms.direction,
        metrics=study.metrics,
        reference=reference,
        rows=tuple(rows),
        pair_deltas=pair_deltas,
        unusable=unusable,
        confidence=policy.confidence,
        k=planned_comparisons(plan),
        margin=terms.margin,
        pairing=pairing(plan),
        band=terms.band,
        health=(*_health(study, rows, reference, policy), *(one.health for one in answers)) if reference else (),
        saved=_saved(study),
        looks=plan.looks,
        remarks=(*metric_remarks(study.metrics, policy), *_margin_remarks(terms, policy), *gate_remarks(policy)),
    )


def wanted_trials(plan: Plan, records: Mapping[int, Record], policy: Policy) -> tuple[Trial, ...]:
    """The trials that the study needs, given what is known: all of them, but for adaptive seeds; in planned order."""
    if not plan.adaptive:
        return plan.trials
    wanted = gather(plan, records, policy).wanted
    return tuple(trial for trial in plan.trials if trial.index in wanted)


def _health(study: Gathered, rows: Sequence[Row], reference: Row, policy: Policy) -> tuple[Health, ...]:
    controls = [control_row(study, evidence) for evidence in study.controls.values()]
    evidences = list(study.evidence.values())
    timed = timing(evidences, policy, study.terms.metric)
    return health(study.plan, rows, evidences, study.terms, reference, controls=controls, timed=timed)


def _saved(study: Gathered) -> int:
    """Trials that no decision needed; what a limit or an interruption kept from running isn't saved."""
    if not study.plan.adaptive:
        return 0
    limited = {name for name, one in study.standing.items() if one.open or one.ending.startswith("stopped")}
    names = {None, *study.evidence} - limited - ({None} if limited else set())
    return sum(
        trial.deviation in names and trial.index not in study.wanted and trial.index not in study.records
        for trial in study.plan.trials
    )


def _adjusted(rows: Sequence[Row], study: Gathered) -> list[Row]:
    """Holm's p values over all planned comparisons; one without a p value counts as 1."""
    metric = study.terms.metric or ""
    p_values = []
    for row in rows:
        estimate = row.deltas.get(metric)
        overlap = study.evidence[row.name].overlap if study.terms.resampled else 0.0
        usable = estimate is not None and estimate.low is not None and study.terms.paired and overlap is not None
        p_values.append(p_value(estimate, overlap=overlap) if usable else None)  # type: ignore[arg-type]
    together = holm([1.0 if value is None else value for value in p_values])
    return [
        row if value is None else replace(row, p_adjusted=adjusted)
        for row, value, adjusted in zip(rows, p_values, together, strict=True)
    ]


def _margin_remarks(terms: Terms, policy: Policy) -> tuple[str, ...]:
    if policy.margin is None or terms.metric is None:
        return ()
    if terms.margin is None:
        return (f"margin {policy.margin} of the reference's {terms.metric} is nothing, so none is used.",)
    if policy.margin.relative:
        return (f"margin: {policy.margin} of the reference's mean {terms.metric}, ±{terms.margin:.3g}.",)
    return (f"margin: ±{terms.margin:g}.",)
