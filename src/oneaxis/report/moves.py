"""Which axes move the metric, as lines of text: a bar an axis, the widest on top (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from oneaxis.analysis.result import Comparison, Row
from oneaxis.report.numbers import decimals, signed

STILL = ("inside", "equivalent", "identical", "inconclusive")  # the bar's axes have a value that is none of these
HALF = 12  # columns on either side of the reference
NAMES = 34  # columns, the most
FULL, MIDDLE = "█", "│"


def moves(comparison: Comparison) -> list[str]:
    """A bar for each axis with a value that stands out, then the names of the others, undecided and failed ones apart.

    A bar goes from the least to the greatest mean difference from the reference, which is the line in the middle.
    """
    metric = comparison.metric
    by_axis: dict[str, list[Row]] = {}
    for row in comparison.rows:
        if row.axis is not None and metric is not None and metric in row.deltas:
            by_axis.setdefault(row.axis, []).append(row)
    if metric is None or not by_axis:
        return []
    moving = {axis: rows for axis, rows in by_axis.items() if any(row.verdict not in STILL for row in rows)}
    spans = {axis: _span([row.deltas[metric].mean for row in rows]) for axis, rows in moving.items()}
    widest = max((max(-low, high) for low, high in spans.values()), default=0.0)
    digits = decimals(comparison, metric, comparison.rows)
    room = min(NAMES, max((len(axis) for axis in spans), default=0))
    lines = [f"what moves {metric}, by one change each:" if spans else f"nothing tried here is seen to move {metric}."]
    for axis, (low, high) in sorted(spans.items(), key=lambda item: item[1][0] - item[1][1]):
        ends = f"{signed(low, digits)} … {signed(high, digits)}"
        name = axis if len(axis) <= NAMES else f"…{axis[-NAMES + 1 :]}"
        lines.append(f"  {name:<{room}}  {_bar(low, high, widest)}  {ends}")
    rest = {axis: rows for axis, rows in by_axis.items() if axis not in moving}
    open_ones = [axis for axis, rows in rest.items() if any(row.verdict == "inconclusive" for row in rows)]
    for word, axes in (
        ("undecided", open_ones),
        ("within the noise", [axis for axis in rest if axis not in open_ones]),
    ):
        if axes:
            lines.append(f"{word}: {', '.join(axes)}")
    without = dict.fromkeys(row.axis for row in comparison.rows if row.axis is not None and row.axis not in by_axis)
    if without:
        lines.append(f"no result: {', '.join(without)}")
    return lines


def _span(deltas: Sequence[float]) -> tuple[float, float]:
    return min(0.0, *deltas), max(0.0, *deltas)


def _bar(low: float, high: float, widest: float) -> str:
    left, right = (round(HALF * value / widest) if widest else 0 for value in (-low, high))
    return f"{FULL * left:>{HALF}}{MIDDLE}{FULL * right:<{HALF}}"
