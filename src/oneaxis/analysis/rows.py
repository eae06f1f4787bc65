"""A row of the comparison: a deviation's values, differences, verdict and costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from oneaxis.analysis.adaptive import Standing, levels
from oneaxis.analysis.conclusion import Conclusion, Evidence, Terms, conclude, difference
from oneaxis.analysis.costs import cost_remarks, guardrails, phase_ratios, seconds_ratio, times
from oneaxis.analysis.examples import Examples, Flips, flips
from oneaxis.analysis.gathered import Gathered, finished_records
from oneaxis.analysis.interval import describe, t_interval
from oneaxis.analysis.result import Estimate, Pair, Row
from oneaxis.vocabulary import Plan, Record, Trial


def deviation_row(study: Gathered, name: str, evidence: Evidence, examples: Mapping[int, Examples]) -> Row:
    terms, plain = study.terms, study.terms.plain
    shown, confidence = _at_its_look(study, name, evidence)
    deltas = {}
    for metric in study.metrics:
        level = confidence if metric == terms.metric and confidence is not None else plain
        delta = difference(shown, metric, terms, level)
        if delta is not None:
            deltas[metric] = delta
    row = _counted(study, evidence.trials, evidence.finished, evidence.overlap)
    if shown is not evidence:
        # Runs beyond the look, an earlier study's say, count in the row's own values no more than in its differences.
        at_look = _counted(study, shown.trials, shown.finished, shown.overlap)
        own = ("metrics", "seconds", "phases", "guardrails")
        row = replace(row, **{name: getattr(at_look, name) for name in own})
    if not study.reference:
        return row
    estimate = deltas.get(terms.metric or "")
    conclusion = conclude(shown, terms, estimate)
    standing = study.standing.get(name)
    if standing is not None:
        conclusion = _adaptively(conclusion, standing, study.plan)
    if estimate is not None and (confidence is None or conclusion.without_interval):
        deltas[terms.metric or ""] = Estimate(estimate.n, estimate.mean, estimate.sd)
    ratio = seconds_ratio(shown.comparable, plain)
    phases = phase_ratios(shown.comparable, plain)
    remarks = list(cost_remarks(conclusion.verdict, shown.comparable, ratio, phases))
    flipped = _flips(shown, examples)
    if flipped is not None:
        remarks.append(_on_examples(flipped, terms.alpha))
    declared = study.declared.get(name)
    return replace(
        row,
        before=declared.before if declared else "",
        deltas=deltas,
        pairs=_pairs(shown, terms),
        verdict=conclusion.verdict,
        by_margin=conclusion.by_margin,
        reason=conclusion.reason,
        bound=conclusion.bound,
        more_seeds=conclusion.more,
        seconds_ratio=ratio,
        phase_ratios=phases,
        obstacles=tuple(dict.fromkeys(change for match in evidence.matches for change in match.obstacles)),
        remarks=tuple(remarks),
        flips=flipped,
    )


def _at_its_look(study: Gathered, name: str, evidence: Evidence) -> tuple[Evidence, float | None]:
    """What a verdict rests on, and its level: in an adaptive study the deviation's last complete look (None: none)."""
    standing = study.standing.get(name)
    if standing is None:
        return evidence, 1 - study.terms.alpha
    looks = study.plan.looks
    if standing.look is None:
        return evidence.of(study.plan.seeds[: looks[0]]), None
    level = study.terms.alpha if study.plan.screens else levels(looks, study.terms.alpha)[standing.look]
    return evidence.of(study.plan.seeds[: looks[standing.look]]), 1 - level


def _adaptively(conclusion: Conclusion, standing: Standing, plan: Plan) -> Conclusion:
    looks = plan.looks
    if standing.look is None:
        if conclusion.verdict in ("failed", "missing", "not comparable"):
            return conclusion
        first = f"{looks[0]} seed{'s' if looks[0] > 1 else ''}"
        return Conclusion("no verdict", f"its first look, after {first}, isn't complete")
    if plan.screens:
        return _screened(conclusion, standing, looks)
    if conclusion.verdict != "inconclusive" or conclusion.capped:
        return conclusion
    if standing.open:
        waits = f"waits for its look after {standing.seeds} seeds"
        return replace(conclusion, reason=waits, more=(1, looks[-1] - looks[standing.look]))
    stopped = standing.ending.startswith("stopped")
    return replace(conclusion, reason=standing.ending, more=conclusion.more if stopped else None)


def _screened(conclusion: Conclusion, standing: Standing, looks: Sequence[int]) -> Conclusion:
    """One that doesn't stand out is done; one that does waits for its other seeds, or has its verdict."""
    if standing.look == 0 and standing.open:
        return replace(conclusion, reason=f"{conclusion.reason}; waits for its other {looks[-1] - 1} seeds")
    if standing.ending:
        return replace(conclusion, reason=f"{conclusion.reason}; {standing.ending}")
    return conclusion


def reference_row(study: Gathered) -> Row:
    finished = finished_records(study.records)
    records = [finished[trial.index] for trial in study.reference if trial.index in finished]
    overlaps = [evidence.overlap for evidence in study.evidence.values()]
    known = [overlap for overlap in overlaps if overlap is not None]
    return _counted(study, study.reference, records, max(known) if known else None)


def control_row(study: Gathered, evidence: Evidence) -> Row:
    """A control's trials, counted like any."""
    return _counted(study, evidence.trials, evidence.finished)


def _counted(study: Gathered, trials: Sequence[Trial], finished: Sequence[Record], overlap: float | None = None) -> Row:
    """What a row is without any comparison."""
    found = [study.records[trial.index] for trial in trials if trial.index in study.records]
    first = trials[0]
    metrics = {}
    for name in study.metrics:
        own = [record.metrics[name] for record in finished if name in record.metrics]
        if own:
            unknown = study.terms.resampled and overlap is None
            shared = (overlap or 0.0) if study.terms.resampled else 0.0
            metrics[name] = _own(own, None if unknown else study.terms.plain, shared)
    return Row(
        name=first.deviation or "reference",
        axis=first.axis,
        before="",
        value=first.value or "",
        planned=len(trials),
        finished=len(finished),
        failed=sum(record.status == "failed" for record in found),
        refused=sum(record.status == "refused" for record in found),
        metrics=metrics,
        seconds=describe([record.seconds for record in finished if record.seconds is not None]),
        phases=times(finished),
        guardrails=guardrails(finished, metrics, study.policy),
        not_needed=sum(trial.index not in study.records and trial.index not in study.wanted for trial in trials),
    )


def _own(values: Sequence[float], confidence: float | None, overlap: float) -> Estimate:
    found = describe(values) if confidence is None else t_interval(values, confidence, overlap=overlap)
    assert found is not None
    return found


def _pairs(evidence: Evidence, terms: Terms) -> tuple[Pair, ...]:
    metric = terms.metric
    if metric is None or not terms.paired:
        return ()
    return tuple(
        Pair(
            match.trial.seed,
            match.reference.metrics[metric],
            match.deviation.metrics[metric],
            match.reference.trial,
            match.trial.index,
        )
        for match in evidence.comparable
        if metric in match.deviation.metrics and metric in match.reference.metrics
    )


def _flips(evidence: Evidence, examples: Mapping[int, Examples]) -> Flips | None:
    if len(evidence.comparable) != 1:
        return None
    match = evidence.comparable[0]
    reference, own = examples.get(match.reference.trial), examples.get(match.trial.index)
    return flips(reference, own) if reference is not None and own is not None else None


def _on_examples(flipped: Flips, alpha: float) -> str:
    counts = f"{flipped.right} of {flipped.rows} rows turned right, {flipped.wrong} wrong"
    test = f"exact McNemar p = {flipped.p:.2g}"
    if flipped.p <= alpha:
        return f"these two fitted models differ on this validation set: {counts} ({test})"
    return f"these two fitted models can't be told apart on this validation set: {counts} ({test})"
