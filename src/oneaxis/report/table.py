"""A comparison as a table of texts (pure); renderers lay it out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from oneaxis.analysis.result import Comparison, Estimate, Row

MOST_DIGITS = 10  # decimals, however small a metric is


@dataclass(frozen=True)
class Table:
    """Headings and rows of equal length. The first row is the reference where there is one."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_reference: bool
    notes: tuple[str, ...] = ()


def tabulate(comparison: Comparison) -> Table:
    """The reference on top, a line per deviation in axis order."""
    several = comparison.seeds > 1
    metric = comparison.metric
    digits = _digits(comparison, metric)
    headings = ["change", metric or "metric", "Δ"]
    if several:
        headings += ["± sd", "n"]
    headings += ["time"]
    rows = [_cells(row, metric, digits, several=several) for row in _all_rows(comparison)]
    return Table(
        tuple(headings), tuple(rows), comparison.reference is not None, tuple(_notes(comparison, several=several))
    )


def other_metrics(comparison: Comparison) -> Table | None:
    """The metrics that don't decide: value and difference, without any claim."""
    names = [name for name in comparison.metrics if name != comparison.metric]
    if not names:
        return None
    rows = []
    for row in _all_rows(comparison):
        cells = [label(row)]
        for name in names:
            digits = _digits(comparison, name)
            value = _number(row.metrics.get(name), digits)
            delta = row.deltas.get(name)
            cells.append(value if delta is None else f"{value} ({signed(delta.mean, digits)})")
        rows.append(tuple(cells))
    return Table(("change", *names), tuple(rows), comparison.reference is not None)


def label(row: Row) -> str:
    """`model.C: 1 → 10`."""
    if row.axis is None:
        return "reference"
    return f"{row.axis}: {row.before} → {row.value}" if row.before else row.name


def signed(value: float, digits: int) -> str:
    """A difference with its sign, in real minus signs; a rounded zero has none."""
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return f"{0:.{digits}f}"
    return text.replace("-", "−")


def duration(seconds: float) -> str:
    """A time people can read: 0.05 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 9.95:  # noqa: PLR2004 - two digits are enough
        return f"{seconds:.2g} s" if seconds >= 0.01 else f"{seconds:.3f} s"  # noqa: PLR2004
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{whole} s"


def _all_rows(comparison: Comparison) -> list[Row]:
    return [row for row in (comparison.reference, *comparison.rows) if row is not None]


def _cells(row: Row, metric: str | None, digits: int, *, several: bool) -> tuple[str, ...]:
    value = row.metrics.get(metric or "")
    delta = row.deltas.get(metric or "")
    cells = [label(row), _number(value, digits) if value else _state(row), signed(delta.mean, digits) if delta else ""]
    if several:
        own = delta or value
        cells.append("" if own is None or own.sd is None else f"{own.sd:.{digits}f}")
        cells.append(str(row.finished) if row.finished == row.planned else f"{row.finished}/{row.planned}")
    cells.append("" if row.seconds is None else duration(row.seconds.mean))
    return tuple(cells)


def _state(row: Row) -> str:
    for count, word in ((row.failed, "failed"), (row.refused, "refused"), (row.missing, "missing")):
        if count:
            return word
    return "no value"


def _notes(comparison: Comparison, *, several: bool) -> list[str]:
    notes = list(comparison.remarks)
    if comparison.metric:
        better = {"maximize": "higher is better", "minimize": "lower is better", None: "direction unknown"}
        notes.append(f"{comparison.metric}: {better[comparison.direction]}.")
    if several and comparison.rows:
        notes.append("Δ: mean difference from the reference, paired by seed; ± sd: its spread over the seeds")
        notes[-1] += " (first row: the reference's own)."
    return notes


def _number(value: Estimate | None, digits: int) -> str:
    return "" if value is None else f"{value.mean:.{digits}f}".replace("-", "−")


def _digits(comparison: Comparison, metric: str | None) -> int:
    """Decimals that show four significant digits of the largest value."""
    means = [abs(row.metrics[metric].mean) for row in _all_rows(comparison) if metric and metric in row.metrics]
    top = max(means, default=1.0)
    if top == 0 or not math.isfinite(top):
        return 4
    return min(MOST_DIGITS, max(0, 3 - math.floor(math.log10(top))))
