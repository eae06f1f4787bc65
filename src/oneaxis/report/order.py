"""The order of rows, and which of them changed anything (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from oneaxis.analysis.result import Comparison, Row

Sort = Literal["verdict", "axis", "delta", "name", "time"]
SORTS: tuple[Sort, ...] = get_args(Sort)

MARKS = {
    "better": "+",
    "higher": "↑",
    "worse": "−",
    "lower": "↓",
    "outside": "*",
    "equivalent": "=",
    "identical": "≡",
    "inconclusive": "~",
    "inside": "·",
    "no verdict": "?",
    "not comparable": "x",
    "failed": "!",
    "missing": "…",
}
_RANK = {verdict: rank for rank, verdict in enumerate(MARKS)}
_NOTHING_FOUND = frozenset(("equivalent", "identical", "inconclusive", "inside", "no verdict"))


def mark(row: Row) -> str:
    """One character for the verdict, so that colour isn't needed; none for the reference."""
    return MARKS.get(row.verdict or "", "")


def ordered(comparison: Comparison, sort: Sort = "verdict") -> tuple[Row, ...]:
    """The deviations by verdict and size of the difference; by axis (as planned), difference, name or time."""
    metric = comparison.metric or ""
    sign = -1 if comparison.direction == "minimize" else 1

    def delta(row: Row) -> float:
        found = row.deltas.get(metric)
        return 0.0 if found is None else found.mean

    def time(row: Row) -> float:
        if row.seconds_ratio is not None:
            return row.seconds_ratio.mean
        return float("inf") if row.seconds is None else row.seconds.mean

    rows = comparison.rows
    if sort == "verdict":
        return tuple(sorted(rows, key=lambda row: (_RANK.get(row.verdict or "", len(_RANK)), -abs(delta(row)))))
    if sort == "delta":  # best first, those without a difference last
        return tuple(sorted(rows, key=lambda row: (metric not in row.deltas, -sign * delta(row))))
    if sort == "name":
        return tuple(sorted(rows, key=lambda row: row.name))
    return tuple(sorted(rows, key=time)) if sort == "time" else rows


def changed(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Those whose verdict says that something changed, or that something went wrong."""
    return tuple(row for row in rows if row.verdict not in _NOTHING_FOUND)
