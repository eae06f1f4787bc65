"""The table of a page: every row's values as text, and beside them what they are sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.report.html_text import text
from oneaxis.report.look import ORDER, by_verdict, look, verdicts
from oneaxis.report.numbers import decimals, duration, signed
from oneaxis.report.order import MARKS

OTHERS = 4  # metrics beside the deciding one; comparison.json has them all
LAST = ""  # sorts behind everything


@dataclass(frozen=True)
class Cell:
    """One cell: its HTML, and the number or text that it is sorted by."""

    shown: str
    key: str | float = LAST
    kind: str = "number"


def html_table(comparison: Comparison) -> str:
    """Controls (shown where scripts run) and the table, the reference pinned on top."""
    rows = by_verdict(comparison)
    if not rows and comparison.reference is None:
        return ""
    metrics = [name for name in comparison.metrics if name != comparison.metric][:OTHERS]
    columns = ["Verdict", "Axis", "Change", comparison.metric or "metric", "Δ", "Interval", "n", "Time"]
    columns += [f"Δ {name}" for name in metrics]
    head = "".join(
        f'<th scope="col" aria-sort="none"><button type="button">{text(name)}'
        '<span aria-hidden="true"></span></button></th>'
        for name in columns
    )
    digits = decimals(comparison, comparison.metric, comparison.rows)
    body = []
    if comparison.reference is not None:
        body.append(_line(comparison.reference, comparison, metrics, digits))
    body.extend(_line(row, comparison, metrics, digits) for row in rows)
    better = {"maximize": "higher is better", "minimize": "lower is better", None: "direction unknown"}
    caption = f"{comparison.metric or 'No metric'}: {better[comparison.direction]}. "
    caption += "Δ: mean difference from the reference. Time: beside the reference's."
    return (
        f"{_controls(rows)}<div class=scroll tabindex=0 role=region aria-label='All deviations'><table>"
        f"<caption>{text(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def mark(row: Row) -> str:
    """The verdict as a mark and a word, in its colour."""
    shape = look(row)
    word = text(row.verdict or "no verdict")
    sign = MARKS[row.verdict or "no verdict"]
    return f'<span class="verdict {shape.colour}"><span aria-hidden="true">{sign}</span> {word}</span>'


def _controls(rows: Sequence[Row]) -> str:
    known = verdicts(rows)
    counts = {name: sum((row.verdict or "no verdict") == name for row in rows) for name in known}
    boxes = "".join(
        f'<label><input type=checkbox name=verdict value="{text(name)}" checked> {text(name)} ({counts[name]})</label>'
        for name in known
    )
    return (
        '<form class=controls id=controls hidden role=search aria-label="Filter the table">'
        "<label>Search <input type=search id=search autocomplete=off></label>"
        f"<fieldset><legend>Verdicts</legend>{boxes}</fieldset>"
        "<p role=status id=count></p></form>"
    )


def _line(row: Row, comparison: Comparison, metrics: Sequence[str], digits: int) -> str:
    is_reference = row.axis is None
    metric = comparison.metric or ""
    own, delta = row.metrics.get(metric), row.deltas.get(metric)
    state = f"{row.finished}" if row.finished == row.planned - row.not_needed else f"{row.finished}/{row.planned}"
    ratio = row.seconds_ratio
    cells = [
        Cell(text(row.axis or ""), row.axis or "", "text"),
        Cell(_value(own, digits), own.mean if own else LAST),
        Cell(text(signed(delta.mean, digits)) if delta else "", delta.mean if delta else LAST),
        Cell(_interval(delta, digits), delta.low if delta and delta.low is not None else LAST),
        Cell(text(state), row.finished),
        Cell(_time(row, ratio), ratio.mean if ratio else (1.0 if is_reference else LAST)),
    ]
    for name in metrics:
        other, own_value = row.deltas.get(name), row.metrics.get(name)
        places = decimals(comparison, name, comparison.rows)
        if is_reference:
            cells.append(Cell(_value(own_value, places)))
        else:
            shown = (
                "" if other is None else f"{text(signed(other.mean, places))}<small>{_interval(other, places)}</small>"
            )
            cells.append(Cell(shown, other.mean if other else LAST))
    name = "reference" if is_reference else f"{row.before} → {row.value}" if row.before else row.value
    margin = "by at least the margin" if row.by_margin else ""
    remarks = [
        margin,
        row.reason,
        *row.remarks,
        *(f"also differs: {change.key}" for change in row.obstacles),
        *_guards(row),
    ]
    notes = "".join(f"<small>{text(note)}</small>" for note in remarks if note)
    verdict = row.verdict or "no verdict"
    first = "<td data-key=''>reference</td>" if is_reference else f'<td data-key="{_rank(row)}">{mark(row)}</td>'
    header = f'<th scope="row" data-key="{text(name)}" data-kind=text><code>{text(name)}</code>{notes}</th>'
    rest = [_cell(cell) for cell in cells]
    kind = "class=reference" if is_reference else f'data-verdict="{text(verdict)}"'
    return f"<tr {kind}>{first}{rest[0]}{header}{''.join(rest[1:])}</tr>"


def _rank(row: Row) -> int:
    return ORDER.index(row.verdict) if row.verdict in ORDER else ORDER.index("no verdict")


def _guards(row: Row) -> list[str]:
    words = {True: "kept", False: "broken", None: "can't be told"}
    return [
        f"guardrail {guard.metric} {words[guard.kept]}"
        + ("" if guard.value is None else f" ({guard.value:g}, limit {guard.limit:g})")
        for guard in row.guardrails
    ]


def _cell(cell: Cell) -> str:
    if cell.kind == "text":
        return f'<td data-key="{text(cell.key)}" data-kind=text>{cell.shown}</td>'
    return f'<td class=number data-key="{text(cell.key)}">{cell.shown}</td>'


def _value(value: Estimate | None, digits: int) -> str:
    if value is None:
        return ""
    shown = f"{value.mean:.{digits}f}".replace("-", "−")
    if value.sd is None:
        return shown
    return f"{shown}<small>sd {value.sd:.{digits}f}</small>"


def _interval(delta: Estimate | None, digits: int) -> str:
    if delta is None or delta.low is None or delta.high is None:
        return ""
    return text(f"[{signed(delta.low, digits)}, {signed(delta.high, digits)}]")


def _time(row: Row, ratio: Estimate | None) -> str:
    if ratio is not None:
        return f"×{ratio.mean:.2f}"
    return "" if row.seconds is None else text(duration(row.seconds.mean))
