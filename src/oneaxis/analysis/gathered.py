"""Plan and records, sorted by deviation, and in adaptive studies how far each one is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oneaxis.analysis.adaptive import Look, Standing, follow
from oneaxis.analysis.conclusion import Evidence, Terms, conclude, difference
from oneaxis.analysis.interval import mean, noise_band
from oneaxis.analysis.metrics import metric_direction, metric_names, primary_metric, told_apart
from oneaxis.analysis.pairing import matches, pairing, planned_comparisons
from oneaxis.analysis.screening import FirstSeed, stand_out
from oneaxis.vocabulary import Deviation, Plan, Policy, Record, Trial


@dataclass(frozen=True)
class Gathered:
    """Plan and records, sorted by deviation."""

    plan: Plan
    policy: Policy
    records: Mapping[int, Record]
    reference: tuple[Trial, ...]
    declared: Mapping[str, Deviation]
    evidence: Mapping[str, Evidence]
    controls: Mapping[str, Evidence]
    terms: Terms
    metrics: tuple[str, ...]
    standing: Mapping[str, Standing]
    wanted: frozenset[int]


def gather(plan: Plan, records: Mapping[int, Record], policy: Policy) -> Gathered:
    records = told_apart(records)
    finished = finished_records(records)
    groups: dict[str | None, list[Trial]] = {}
    for trial in plan.trials:
        groups.setdefault(trial.deviation, []).append(trial)
    reference = groups.pop(None, [])
    by_seed = {trial.seed: finished[trial.index] for trial in reference if trial.index in finished}
    declared = {deviation.name: deviation for deviation in plan.deviations}
    checked = {control.name: control.change for control in plan.controls}
    found = {
        name: Evidence(
            trials[0].axis or name,
            tuple(trials),
            records,
            matches(trials, by_seed, finished, declared.get(name) or checked.get(name), policy),
        )
        for name, trials in groups.items()
        if name is not None
    }
    evidence = {name: one for name, one in found.items() if name not in checked}
    metrics = metric_names(finished[trial.index] for trial in plan.trials if trial.index in finished)
    terms = _terms(plan, reference, records, policy, primary_metric(metrics, policy))
    standing = _standing(plan, reference, evidence, terms) if plan.adaptive and reference else {}
    return Gathered(
        plan,
        policy,
        records,
        tuple(reference),
        declared,
        evidence,
        {name: found[name] for name in checked if name in found},
        terms,
        metrics,
        standing,
        _wanted(plan, standing),
    )


def finished_records(records: Mapping[int, Record]) -> dict[int, Record]:
    return {index: record for index, record in records.items() if record.status == "finished"}


def _terms(
    plan: Plan, reference: Sequence[Trial], records: Mapping[int, Record], policy: Policy, metric: str | None
) -> Terms:
    found = [(trial, records.get(trial.index)) for trial in reference]
    values = tuple(
        record.metrics[metric]
        for _, record in found
        if metric is not None and record is not None and record.status == "finished" and metric in record.metrics
    )
    alpha = (1 - policy.confidence) / planned_comparisons(plan)
    margin = None if policy.margin is None else policy.margin.amount
    if policy.margin is not None and policy.margin.relative:
        margin = policy.margin.amount * abs(mean(values)) or None if values else None
    return Terms(
        metric=metric,
        direction=metric_direction(metric, policy) if metric else None,
        margin=margin,
        alpha=alpha,
        plain=policy.confidence,
        paired=pairing(plan) == "paired",
        resampled=policy.replicates == "resampled",
        band=noise_band(values, policy.confidence if plan.screens else 1 - alpha),
        reference=values,
        adaptive=plan.adaptive and not plan.screens,
        reference_lacks=frozenset(
            trial.seed
            for trial, record in found
            if record is not None and (record.status != "finished" or (metric and metric not in record.metrics))
        ),
    )


def _standing(
    plan: Plan, reference: Sequence[Trial], evidence: Mapping[str, Evidence], terms: Terms
) -> Mapping[str, Standing]:
    by_seed = {trial.seed: trial for trial in reference}

    def judge(name: str, count: int, confidence: float) -> Look:
        seeds = plan.seeds[:count]
        part = evidence[name].of(seeds)
        records = evidence[name].records
        needed = [*part.trials, *(by_seed[seed] for seed in seeds)]
        if not all(trial.index in records for trial in needed):
            return Look(complete=False, decided=False)
        estimate = difference(part, terms.metric, terms, confidence) if terms.metric else None
        found = conclude(part, terms, estimate)
        undecided = found.verdict in ("inconclusive", "no verdict", "outside", "inside")
        return Look(complete=True, decided=not undecided, estimate=estimate, hopeless=found.capped)

    if plan.screens:
        return _screened(plan, by_seed, evidence, terms)
    return follow(list(evidence), plan.looks, terms.alpha, judge, margin=terms.margin, max_trials=_limit(plan))


def _limit(plan: Plan) -> int | None:
    """How many trials the reference and its deviations may have."""
    controls = sum(trial.control is not None for trial in plan.trials)
    return None if plan.max_trials is None else plan.max_trials - controls


def _screened(
    plan: Plan, by_seed: Mapping[int | None, Trial], evidence: Mapping[str, Evidence], terms: Terms
) -> Mapping[str, Standing]:
    def first(name: str) -> FirstSeed:
        part = evidence[name].of(plan.seeds[:1])
        needed = [*part.trials, *by_seed.values()]
        if not all(trial.index in part.records for trial in needed):
            return FirstSeed(complete=False)
        estimate = difference(part, terms.metric, terms, terms.plain) if terms.metric else None
        verdict = conclude(part, terms, estimate).verdict
        if terms.band is None or estimate is None:
            return FirstSeed(complete=True, verdict=verdict)
        return FirstSeed(complete=True, verdict=verdict, distance=_distance(part, terms))

    def ended(name: str) -> bool:
        return all(trial.index in evidence[name].records for trial in evidence[name].trials)

    return stand_out(list(evidence), plan.looks, first, ended, max_trials=_limit(plan))


def _distance(part: Evidence, terms: Terms) -> float:
    """How far a lone run lies from the band's middle, in half-widths."""
    band, metric = terms.band, terms.metric or ""
    values = [match.deviation.metrics[metric] for match in part.comparable if metric in match.deviation.metrics]
    if band is None or not values:
        return 0.0
    half = (band.high - band.low) / 2
    away = abs(mean(values) - band.mean)
    return away / half if half else math.inf


def _wanted(plan: Plan, standing: Mapping[str, Standing]) -> frozenset[int]:
    if not plan.adaptive:
        return frozenset(trial.index for trial in plan.trials)
    most = max((one.seeds for one in standing.values()), default=plan.looks[0])
    most = plan.looks[-1] if plan.screens else most
    allowed: dict[str | None, int] = {None: most, **{name: one.seeds for name, one in standing.items()}}
    seeds = {name: set(plan.seeds[:count]) for name, count in allowed.items()}
    return frozenset(
        trial.index for trial in plan.trials if trial.control is not None or trial.seed in seeds[trial.deviation]
    )
