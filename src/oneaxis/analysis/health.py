"""Whether a study can be trusted, each check in a few words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from oneaxis.analysis.conclusion import Evidence, Terms
from oneaxis.analysis.result import Health, Row
from oneaxis.vocabulary import Plan


def health(
    plan: Plan,
    rows: Sequence[Row],
    evidences: Sequence[Evidence],
    terms: Terms,
    reference: Row,
    *,
    controls: Sequence[Row] = (),
    timed: Health | None = None,
) -> tuple[Health, ...]:
    """Comparable? Complete? Paired? What do seeds move? Shifted? Decided on a test metric? `timed`: times fair?"""
    checks = [
        _comparable(evidences),
        _complete((reference, *rows, *controls)),
        _screened(plan) if plan.screens else _paired(rows, terms),
        _replicates(evidences, terms),
        _guardrails((reference, *rows)),
        timed,
    ]
    if plan.shifted:
        checks.append(Health(f"shifted reference: {', '.join(plan.shifted)}", good=False))
    if terms.metric and "test" in re.split(r"[^a-z0-9]+", terms.metric.lower()):
        checks.append(Health(f"decides on a test metric, {terms.metric}", good=False))
    return tuple(check for check in checks if check is not None)


def _comparable(evidences: Sequence[Evidence]) -> Health | None:
    pairs = [match for evidence in evidences for match in evidence.matches]
    barred = [match for match in pairs if match.obstacles]
    if not pairs:
        return None
    if not barred:
        return Health("comparable", good=True)
    keys = dict.fromkeys(change.key for match in barred for change in match.obstacles)
    return Health(f"{len(barred)} of {len(pairs)} pairs not comparable ({', '.join(keys)})", good=False)


def _complete(rows: Sequence[Row]) -> Health:
    counts = {word: sum(getattr(row, word) for row in rows) for word in ("failed", "refused", "missing")}
    planned = sum(row.planned - row.not_needed for row in rows)
    lacking = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    if lacking:
        return Health(f"{lacking} of {planned} trials", good=False)
    return Health("the one trial finished" if planned == 1 else f"all {planned} trials finished", good=True)


def _paired(rows: Sequence[Row], terms: Terms) -> Health | None:
    most = max((row.finished for row in rows), default=0)
    if not terms.paired:
        return Health("not paired: seeds aren't shared (Welch)", good=True)
    if most == 1:
        return Health("one run each decides nothing", good=False)
    return Health(f"paired by seed, {most} each", good=True) if most else None


def _screened(plan: Plan) -> Health:
    return Health(f"screened with one seed beside {plan.looks[-1]} of the reference", good=True)


def _replicates(evidences: Sequence[Evidence], terms: Terms) -> Health | None:
    if not terms.resampled or not any(len(evidence.matches) > 1 for evidence in evidences):
        return None
    known = [overlap for evidence in evidences if (overlap := evidence.overlap) is not None]
    if not known:
        return Health("splits overlap, by an unknown share", good=False)
    count = max(len(evidence.matches) for evidence in evidences)
    wider = (1 + count * max(known)) ** 0.5
    return Health(f"seeds draw overlapping splits: intervals {wider:.1f} × as wide", good=True)


def _guardrails(rows: Sequence[Row]) -> Health | None:
    broken = [f"{row.name} ({rail.metric})" for row in rows for rail in row.guardrails if rail.kept is False]
    if not broken:
        return None
    return Health(f"guardrail broken: {', '.join(broken[:3])}{' and more' if len(broken) > 3 else ''}", good=False)  # noqa: PLR2004
