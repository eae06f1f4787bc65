"""Effects around the reference's line: every deviation, and every axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.report.look import Look, by_verdict, look
from oneaxis.report.numbers import signed
from oneaxis.report.plot_style import (
    ROWS,
    SMALL,
    TEXT,
    WIDTH,
    colour,
    decimals,
    few_ticks,
    limits,
    new_figure,
    shortened,
    text_width,
    zero_line,
)
from oneaxis.report.table import label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 0.235  # inches a row
TOP, BOTTOM = 0.34, 0.62  # inches for what stands above and below the rows
LABELS = 2.75  # inches, the most


def forest(comparison: Comparison) -> Figure | None:
    """Each deviation's difference with its interval, the reference's noise band behind them."""
    metric = comparison.metric
    rows = by_verdict(comparison)
    if metric is None or not any(metric in row.deltas for row in rows):
        return None
    shown, more = rows[:ROWS], len(rows) - ROWS
    limit = limits([_reach(row.deltas[metric]) for row in rows if metric in row.deltas])
    digits = decimals(limit)
    labels = [shortened(label(row)) for row in shown]
    texts = [_numbers(row, metric, digits) for row in shown]
    right = max(text_width([numbers for numbers, _ in texts], SMALL), 0.6) + 0.16
    words = max(text_width([word for _, word in texts], SMALL), 0.4) + 0.06
    axes = _frame(comparison, labels, limit, margin_right=right + words, more=more)
    for place, (row, (numbers, word)) in enumerate(zip(shown, texts, strict=True)):
        delta, shape = row.deltas.get(metric), look(row)
        if delta is not None:
            _interval(axes, place, delta, limit, shape)
        note: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        note |= {"fontsize": SMALL, "va": "center_baseline"}
        axes.annotate(numbers, (1, place), xytext=(72 * (right - 0.08), 0), ha="right", **note)
        axes.annotate(word, (1, place), xytext=(72 * right, 0), ha="left", color=colour(shape.colour), **note)
    if any("[" in numbers for numbers, _ in texts):
        axes.annotate(
            "Δ [interval]", (1, 1), xytext=(72 * (right - 0.08), 4), ha="right", va="bottom", fontsize=SMALL,
            xycoords="axes fraction", textcoords="offset points", color=colour("muted"),
        )  # fmt: skip
    return axes.figure  # type: ignore[return-value]


def tornado(comparison: Comparison) -> Figure | None:
    """A bar an axis, from its least to its greatest mean difference; the axis that moves most on top."""
    metric = comparison.metric
    by_axis: dict[str, list[tuple[float, Row]]] = {}
    for row in comparison.rows:
        if metric is not None and metric in row.deltas and row.axis is not None and row.verdict != "not comparable":
            by_axis.setdefault(row.axis, []).append((row.deltas[metric].mean, row))
    if metric is None or not by_axis:
        return None
    spans = sorted(by_axis.items(), key=lambda item: -_span([mean for mean, _ in item[1]]))
    shown, more = spans[:ROWS], len(spans) - ROWS
    limit = limits([abs(mean) for _, found in spans for mean, _ in found])
    labels = [shortened(f"{axis} ({found[0][1].before})" if found[0][1].before else axis) for axis, found in shown]
    # Room beyond the bars for the names of the values at their ends.
    names = text_width([_end_name(*pair, limit) for _, found in shown for pair in found], SMALL) + 0.15
    inches = WIDTH - min(LABELS, text_width(labels)) - 0.3
    room = 1 / max(1 - 2 * names / inches, 0.4)
    axes = _frame(comparison, labels, limit * room, margin_right=0.15, more=more, unit="axes")
    points: dict[tuple[Look, str], list[tuple[float, int]]] = {}
    for place, (_, found) in enumerate(shown):
        means = sorted(found, key=lambda pair: pair[0])
        low, high = max(min(means[0][0], 0.0), -limit), min(max(means[-1][0], 0.0), limit)
        axes.barh(place, high - low, left=low, height=0.56, color=colour("grid"), edgecolor=colour("muted"), lw=0.6)
        for mean, row in means:
            shape = look(row)
            marker = shape.point if abs(mean) <= limit else ">" if mean > 0 else "<"
            points.setdefault((shape, marker), []).append((min(max(mean, -limit), limit), place))
        _ends(axes, place, means, limit)
    for (shape, marker), places in points.items():  # all of one look at once, since there may be thousands
        axes.plot(*zip(*places, strict=True), linestyle="none", zorder=4, **{**_point(shape), "marker": marker})
    return axes.figure  # type: ignore[return-value]


def _frame(
    comparison: Comparison,
    labels: Sequence[str],
    limit: float,
    *,
    margin_right: float,
    more: int,
    unit: str = "deviations",
) -> Axes:
    left = min(LABELS, text_width(labels)) + 0.15
    height = TOP + LINE * len(labels) + BOTTOM
    figure = new_figure(height)
    axes = figure.add_axes(
        (left / WIDTH, BOTTOM / height, 1 - (left + margin_right) / WIDTH, 1 - (TOP + BOTTOM) / height)
    )
    axes.set_xlim(-limit * 1.03, limit * 1.03)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, fontsize=TEXT)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(few_ticks(axes.get_position().width * WIDTH, symmetric=True))
    axes.grid(axis="x", zorder=0)
    axes.set_axisbelow(True)
    band = comparison.band
    if band is not None:
        axes.axvspan(band.low - band.mean, band.high - band.mean, color=colour("band"), linewidth=0, zorder=1)
    if comparison.margin:
        for side in (-comparison.margin, comparison.margin):
            axes.axvline(side, color=colour("muted"), linewidth=0.8, linestyle=(0, (3, 2)), zorder=2)
    zero_line(axes)
    _headline(axes, comparison)
    axes.set_xlabel(_axis_label(comparison))
    if more > 0:
        figure.text(0.01, 0.02, f"and {more} more {unit}, in the table", fontsize=SMALL, color=colour("muted"))
    return axes


def _headline(axes: Axes, comparison: Comparison) -> None:
    """The reference above its line, and which way is better."""
    note: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    note |= {"fontsize": SMALL, "va": "bottom"}
    axes.annotate("reference", (0.5, 1), xytext=(0, 4), ha="center", color=colour("ink"), **note)
    if comparison.direction is None:
        return
    up = comparison.direction == "maximize"
    good, bad = ("better →", "← worse") if up else ("← better", "worse →")
    axes.annotate(good, (float(up), 1), xytext=(0, 4), ha="right" if up else "left", color=colour("better"), **note)
    axes.annotate(bad, (float(not up), 1), xytext=(0, 4), ha="left" if up else "right", color=colour("worse"), **note)


def _axis_label(comparison: Comparison) -> str:
    text = f"difference in {shortened(comparison.metric or '')} from the reference"
    keys = []
    if comparison.band is not None:
        keys.append("band: where one more run of the reference would fall")
    if comparison.margin:
        keys.append("dashes: the margin")
    return f"{text}\n{'; '.join(keys)}" if keys else text


def _interval(axes: Axes, place: int, delta: Estimate, limit: float, shape: Look) -> None:
    if delta.low is not None and delta.high is not None and delta.low < limit and delta.high > -limit:
        axes.plot(
            [max(delta.low, -limit), min(delta.high, limit)],
            [place, place],
            color=colour(shape.colour),
            linewidth=1.5,
            solid_capstyle="butt",
            zorder=3,
        )
    ends = (delta.low if delta.low is not None else delta.mean, delta.high if delta.high is not None else delta.mean)
    for beyond, at, arrow in ((ends[0] < -limit, -limit, "<"), (ends[1] > limit, limit, ">")):
        if beyond:
            axes.plot([at], [place], marker=arrow, markersize=4.5, color=colour(shape.colour), clip_on=False, zorder=5)
    if abs(delta.mean) <= limit:
        axes.plot([delta.mean], [place], linestyle="none", zorder=4, **_point(shape))


def _point(shape: Look) -> dict[str, Any]:
    return {
        "marker": shape.point,
        "markersize": 5.2,
        "markeredgewidth": 1.1,
        "markeredgecolor": colour(shape.colour),
        "markerfacecolor": colour(shape.colour if shape.filled else "paper"),
    }


def _ends(axes: Axes, place: int, means: Sequence[tuple[float, Row]], limit: float) -> None:
    """The names of the values at a bar's ends; between them points alone."""
    note: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL, "va": "center_baseline"}
    note |= {"color": colour("ink")}
    for (mean, row), leftmost in ((means[0], True), (means[-1], False)):
        if (mean < 0) != leftmost:
            continue
        name = _end_name(mean, row, limit)
        at = max(min(mean, limit), -limit)
        axes.annotate(name, (at, place), xytext=(-7 if leftmost else 7, 0), ha="right" if leftmost else "left", **note)


def _end_name(mean: float, row: Row, limit: float) -> str:
    name = shortened(row.value, 20)
    return name if abs(mean) <= limit else f"{name} ({signed(mean, decimals(abs(mean)))})"


def _numbers(row: Row, metric: str, digits: int) -> tuple[str, str]:
    delta = row.deltas.get(metric)
    word = row.verdict or "no verdict"
    if delta is None:
        return "", word
    text = signed(delta.mean, digits)
    if delta.low is not None and delta.high is not None:
        text += f" [{signed(delta.low, digits)}, {signed(delta.high, digits)}]"
    return text, word


def _reach(delta: Estimate) -> float:
    """How far from zero a row and its interval go."""
    ends = [abs(end) for end in (delta.low, delta.high) if end is not None]
    return max([abs(delta.mean), *ends])


def _span(means: Sequence[float]) -> float:
    return max(*means, 0.0) - min(*means, 0.0)
