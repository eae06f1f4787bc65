"""A comparison as a table of texts (pure); renderers lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.report.numbers import decimals, duration, number, ratio, signed, with_half_width, with_interval
from oneaxis.report.order import Sort, changed, mark, ordered

__all__ = ["Table", "duration", "health_line", "label", "other_metrics", "signed", "tabulate"]

NAMES_A_NOTE = 3
SHORT = 9  # columns that a metric's name may take in a narrow table


@dataclass(frozen=True)
class Table:
    """Headings and rows of equal length. The first row is the reference where there is one."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_reference: bool
    notes: tuple[str, ...] = ()


def tabulate(
    comparison: Comparison,
    *,
    sort: Sort = "verdict",
    only_changed: bool = False,
    wide: bool = True,
    metric: str | None = None,
) -> Table:
    """The reference on top, a line per deviation.

    `metric` shows another than the deciding one, without verdicts. Not `wide`: for 80 columns, with axis and change in
    one column, and the half-width of the reference's own interval where the others have Δ.
    """
    metric = metric or comparison.metric
    decides = metric == comparison.metric
    rows = ordered(comparison, sort)
    shown = changed(rows) if only_changed else rows
    digits = decimals(comparison, metric, rows)
    compared = comparison.reference is not None
    headings = [
        *([""] if compared and decides else []),
        *(["axis"] if wide else []),
        "change",
        (metric or "metric") if wide or len(metric or "") <= SHORT else "mean",
        *(["Δ [low, high]" if any(_has_interval(row, metric) for row in rows) else "Δ"] if compared else []),
        *(["n"] if comparison.seeds > 1 else []),
        "time",
        *(["p (Holm)"] if decides and _adjusted(comparison) else []),
        *(["verdict"] if compared and decides else []),
    ]
    reference = [] if comparison.reference is None else [comparison.reference]
    cells = [
        _cells(row, comparison, metric, digits, wide=wide, decides=decides, compared=compared)
        for row in (*reference, *shown)
    ]
    notes = _notes(comparison, metric, shown, hidden=len(rows) - len(shown), decides=decides)
    return Table(tuple(headings), tuple(cells), compared, tuple(notes))


def other_metrics(comparison: Comparison, *, sort: Sort = "verdict") -> Table | None:
    """The metrics that don't decide: value and difference, without any claim."""
    names = [name for name in comparison.metrics if name != comparison.metric]
    if not names:
        return None
    rows = []
    reference = [] if comparison.reference is None else [comparison.reference]
    for row in (*reference, *ordered(comparison, sort)):
        cells = [label(row)]
        for name in names:
            digits = decimals(comparison, name, comparison.rows)
            own, delta = row.metrics.get(name), row.deltas.get(name)
            value = "" if own is None else number(own.mean, digits)
            cells.append(value if delta is None else f"{value} ({signed(delta.mean, digits)})")
        rows.append(tuple(cells))
    return Table(("change", *names), tuple(rows), comparison.reference is not None)


def health_line(comparison: Comparison) -> str:
    """`✓ comparable · ✓ all 35 trials finished · ! shifted reference: lr=0.1`."""
    return " · ".join(f"{'✓' if check.good else '!'} {check.text}" for check in comparison.health)


def label(row: Row) -> str:
    """`model.C: 1 → 10`."""
    if row.axis is None:
        return "reference"
    return f"{row.axis}: {_change(row)}" if row.before else row.name


def _change(row: Row) -> str:
    return f"{row.before} → {row.value}" if row.before else row.value


def _cells(
    row: Row, comparison: Comparison, metric: str | None, digits: int, *, wide: bool, decides: bool, compared: bool
) -> tuple[str, ...]:
    value, delta = row.metrics.get(metric or ""), row.deltas.get(metric or "")
    is_reference = row.axis is None
    cells = [mark(row)] if compared and decides else []
    cells += [row.axis or "reference", "" if is_reference else _change(row)] if wide else [label(row)]
    if value is None:
        cells.append(_state(row))
    else:
        cells.append(with_half_width(value, digits) if wide else number(value.mean, digits))
    if compared:
        own_spread = "" if value is None or value.low is None else f"(± {number(value.mean - value.low, digits)})"
        spread = own_spread if is_reference and not wide else ""
        cells.append(spread if delta is None else with_interval(delta, digits))
    if comparison.seeds > 1:
        cells.append(_count(row, delta))
    cells.append(_time(row))
    if decides and _adjusted(comparison):
        cells.append("" if row.p_adjusted is None else f"{row.p_adjusted:.2g}")
    if compared and decides:
        cells.append(_verdict(row))
    return tuple(cells)


def _adjusted(comparison: Comparison) -> bool:
    return any(row.p_adjusted is not None for row in comparison.rows)


def _count(row: Row, delta: Estimate | None) -> str:
    """How many pairs, of how many planned where some lack."""
    planned = row.planned - row.not_needed
    count = row.finished if row.axis is None or not row.verdict else (0 if delta is None else delta.n)
    return str(count) if count == planned else f"{count}/{planned}"


def _time(row: Row) -> str:
    if row.seconds_ratio is not None:
        return ratio(row.seconds_ratio)
    return "" if row.seconds is None else duration(row.seconds.mean)


def _verdict(row: Row) -> str:
    return f"{row.verdict} (margin)" if row.by_margin else row.verdict or ""


def _state(row: Row) -> str:
    for count, word in ((row.failed, "failed"), (row.refused, "refused"), (row.missing, "missing")):
        if count:
            return word
    return "no value"


def _has_interval(row: Row, metric: str | None) -> bool:
    delta = row.deltas.get(metric or "")
    return delta is not None and delta.low is not None


def _notes(comparison: Comparison, metric: str | None, rows: Sequence[Row], *, hidden: int, decides: bool) -> list[str]:
    notes = list(comparison.remarks)
    if metric and decides:
        better = {"maximize": "higher is better", "minimize": "lower is better", None: "direction unknown"}
        notes.append(f"{metric}: {better[comparison.direction]}.")
    elif metric:
        notes.append(f"{metric} doesn't decide: plain {_percent(comparison.confidence)} intervals, no verdict.")
    notes.extend(_interval_notes(comparison, metric, rows, decides=decides))
    if comparison.looks[:1] == (1,):
        notes.append(
            f"screen: one seed each, {comparison.looks[-1]} for what stands out of the reference's noise band; "
            f"{comparison.saved} runs saved against all seeds for all."
        )
    elif comparison.looks:
        looks = ", ".join(map(str, comparison.looks))
        notes.append(f"adaptive: looks after {looks} seeds; {comparison.saved} runs saved against all seeds for all.")
    if decides:
        notes.extend(_row_notes(rows))
    if hidden:
        notes.append(f"{hidden} row{'s' if hidden > 1 else ''} without a change not shown.")
    return notes


def _interval_notes(comparison: Comparison, metric: str | None, rows: Sequence[Row], *, decides: bool) -> list[str]:
    found = [delta for row in rows if (delta := row.deltas.get(metric or "")) is not None and delta.low is not None]
    if not found:
        return []
    parts = []
    if decides:
        together = (
            f", {comparison.k} that hold together at {_percent(comparison.confidence)}" if comparison.k > 1 else ""
        )
        parts.append(f"Δ [low, high]: intervals by {found[0].method}{together}")
    parts.append(f"±: {_percent(comparison.confidence)} interval of the mean")
    return ["; ".join(parts) + "."]


def _row_notes(rows: Iterable[Row]) -> list[str]:
    """Why verdicts aren't more, and what a reader must know beside them; the same words once."""
    said: dict[str, list[str]] = {}
    for row in rows:
        broken = [
            f"{rail.metric} {rail.value:.4g} breaks its limit {rail.limit:g}"
            for rail in row.guardrails
            if rail.kept is False and rail.value is not None
        ]
        unknown = [
            f"{rail.metric}: can't tell whether it keeps its limit {rail.limit:g}"
            for rail in row.guardrails
            if rail.kept is None
        ]
        for text in (row.reason, *row.remarks, *broken, *unknown):
            if text:
                said.setdefault(text, []).append(label(row))
    notes = []
    for text, names in said.items():
        listed = ", ".join(names[:NAMES_A_NOTE])
        more = f" and {len(names) - NAMES_A_NOTE} more" if len(names) > NAMES_A_NOTE else ""
        notes.append(f"{listed}{more}: {text}{'' if text.endswith('?') else '.'}")
    return notes


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
