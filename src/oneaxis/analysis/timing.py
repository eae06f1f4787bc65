"""Whether times may be compared: the reference and its deviations take turns, so that a slow hour hits all alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from oneaxis.analysis.conclusion import Evidence
from oneaxis.analysis.pairing import Match
from oneaxis.analysis.result import Health
from oneaxis.vocabulary import Policy, Record

_WORDS = frozenset(("seconds", "sec", "ms", "minutes", "hours", "time", "latency", "duration", "throughput"))
SHOWN = 3  # deviations that are named


def time_decides(policy: Policy, metric: str | None) -> bool:
    """Whether the metric that decides, or a guardrail, is a time."""
    named = (metric or "", *policy.guardrails)
    return any(word in _WORDS for name in named for word in re.split(r"[^a-z0-9]+", name.lower()))


def timing(evidences: Sequence[Evidence], policy: Policy, metric: str | None) -> Health | None:
    """Were pairs run near each other, and where the reference ran? Nothing where no time decides."""
    if not time_decides(policy, metric):
        return None
    rows = {str(evidence.matches[0].trial.deviation): evidence.matches for evidence in evidences if evidence.matches}
    if not rows:
        return None
    apart = {name: count for name, matches in rows.items() if (count := _apart(matches))}
    if apart:
        of = sum(len(matches) for matches in rows.values())
        return Health(
            f"times not interleaved: {sum(apart.values())} of {of} pairs ran apart ({_few(list(apart))})", good=False
        )
    elsewhere = [name for name, matches in rows.items() if _elsewhere(matches)]
    if elsewhere:
        return Health(f"times from other machines than the reference's ({_few(elsewhere)})", good=False)
    return Health("times interleaved", good=True)


def _apart(matches: Sequence[Match]) -> int:
    """Pairs between whose two runs another run of the same two rows began and ended."""
    both = [record for match in matches for record in (match.reference, match.deviation)]
    runs = [record for record in both if record.started and record.ended]
    return sum(
        any(first.ended <= run.started and run.ended <= second.started for run in runs)
        for first, second in (sorted((match.reference, match.deviation), key=_start) for match in matches)
    )


def _elsewhere(matches: Sequence[Match]) -> bool:
    """Whether a deviation ran on no machine that the reference ran on."""
    sides = [
        {str(getattr(match, side).machine.get("host")) for match in matches} for side in ("reference", "deviation")
    ]
    return len(matches) > 1 and sides[0].isdisjoint(sides[1])


def _start(record: Record) -> str:
    return record.started  # ISO 8601 in UTC: texts sort as their moments do


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
