"""How each verdict looks wherever it is drawn: a mark, a colour and a point, so that none has to be told by colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oneaxis.analysis.result import Comparison, Row
from oneaxis.report.order import MARKS, ordered


@dataclass(frozen=True)
class Look:
    """`colour` names one of `plot_style.COLOURS`, `point` is Matplotlib's marker."""

    colour: str
    point: str
    filled: bool = True


UNDECIDED = Look("muted", "o", filled=False)
LOOKS = {
    "better": Look("better", "o"),
    "worse": Look("worse", "s"),
    "higher": Look("moved", "^"),
    "lower": Look("moved", "v"),
    "equivalent": Look("equal", "D"),
    "identical": Look("muted", "d"),
    "outside": Look("outside", "P"),
    "inside": Look("muted", "o", filled=False),
    "inconclusive": Look("muted", "o", filled=False),
    "no verdict": UNDECIDED,
    "not comparable": Look("failed", "X"),
    "failed": Look("failed", "x"),
    "missing": Look("failed", "x"),
}
ORDER = tuple(MARKS)


def look(row: Row) -> Look:
    return LOOKS.get(row.verdict or "", UNDECIDED)


def by_verdict(comparison: Comparison) -> list[Row]:
    """Rows by verdict, within one the largest difference first."""
    return list(ordered(comparison))


def effect(row: Row, metric: str | None) -> float | None:
    """The mean difference of the deciding metric."""
    delta = row.deltas.get(metric or "")
    return None if delta is None else delta.mean


def verdicts(rows: Iterable[Row]) -> list[str]:
    """The verdicts that occur, in order."""
    found = {row.verdict or "no verdict" for row in rows}
    return [name for name in ORDER if name in found]
