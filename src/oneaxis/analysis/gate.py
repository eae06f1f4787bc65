"""Whether a comparison lets a change pass, for continuous integration."""

from __future__ import annotations

from dataclasses import dataclass

from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.vocabulary import Margin


@dataclass(frozen=True)
class Gate:
    """Without a margin a row that is worse doesn't pass; with one neither does a row that may be worse by more."""

    margin: Margin | None


def losers(comparison: Comparison, gate: Gate) -> tuple[Row, ...]:
    """The rows that don't pass: worse by verdict, or (with a margin) whose interval doesn't exclude a larger loss.

    With a margin a row without an interval doesn't pass either: nothing excludes a loss. An identical row passes.
    """
    if gate.margin is None:
        return tuple(row for row in comparison.rows if row.verdict == "worse")
    limit = _limit(comparison, gate.margin)
    return tuple(row for row in comparison.rows if not _safe(row, comparison, limit))


def _safe(row: Row, comparison: Comparison, limit: float | None) -> bool:
    if row.verdict == "identical":
        return True
    delta: Estimate | None = row.deltas.get(comparison.metric or "")
    trusted = row.verdict in ("better", "worse", "equivalent", "inconclusive") and not row.failed and not row.refused
    if delta is None or delta.low is None or delta.high is None or limit is None or not trusted:
        return False
    worst = -delta.high if comparison.direction == "minimize" else delta.low
    return worst >= -limit


def _limit(comparison: Comparison, margin: Margin) -> float | None:
    if not margin.relative:
        return margin.amount
    own = None if comparison.reference is None else comparison.reference.metrics.get(comparison.metric or "")
    return None if own is None else margin.amount * abs(own.mean)
