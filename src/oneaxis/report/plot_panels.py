"""Small multiples: learning curves, response curves, seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.report.contents import Curve
from oneaxis.report.look import Look, by_verdict, effect, look
from oneaxis.report.plot_style import (
    DASHES,
    SERIES,
    SMALL,
    TEXT,
    WIDTH,
    colour,
    few_ticks,
    new_figure,
    shortened,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 3
PANELS = 12  # the most in one figure
LINES = len(SERIES)  # the most in one panel
TICKS = 60  # the most along one axis of numbers
HEIGHT = 1.3  # inches a panel


def curves_figure(comparison: Comparison, curves: Mapping[str, Mapping[str, Curve]], metric: str) -> Figure | None:
    """A panel an axis: each value's curve over the reference's, whose seeds span the band."""
    reference = curves.get("reference", {}).get(metric)
    groups = {
        axis: found
        for axis, rows in curve_rows(comparison).items()
        if (found := [row for row in rows if metric in curves.get(row.name, {})])
    }
    if not groups:
        return None
    panels, figure = _grid(len(groups), legend=True)
    for axes, (axis, rows) in zip(panels, groups.items(), strict=True):
        if reference is not None:
            if reference.seeds > 1:
                axes.fill_between(
                    reference.steps, reference.low, reference.high, color=colour("grid"), linewidth=0, zorder=1
                )
            axes.plot(reference.steps, reference.mean, color=colour("ink"), linewidth=1.4, zorder=3, label="reference")
        for place, row in enumerate(rows):
            curve = curves[row.name][metric]
            axes.plot(
                curve.steps,
                curve.mean,
                color=colour(SERIES[place]),
                linestyle=DASHES[place],
                linewidth=1.2,
                zorder=4,
                label=shortened(row.value, 24),
                marker="o" if len(curve.steps) == 1 else "",
                markersize=3,
            )
        axes.set_title(shortened(axis, 30), loc="left", fontsize=TEXT)
        axes.legend(
            loc="upper left", bbox_to_anchor=(-0.02, -0.24), ncols=2, handlelength=2.2, columnspacing=1.0,
            borderaxespad=0, labelspacing=0.25,
        )  # fmt: skip
        axes.grid(axis="y")
    _outer_labels(panels, "step", shortened(metric, 24))
    return figure


def curve_rows(comparison: Comparison) -> dict[str, list[Row]]:
    """The rows whose curves are drawn, by axis: those that decide first, and of each axis the first few."""
    groups: dict[str, list[Row]] = {}
    for row in by_verdict(comparison):
        if row.finished:
            groups.setdefault(str(row.axis), []).append(row)
    return {axis: rows[:LINES] for axis, rows in list(groups.items())[:PANELS]}


@dataclass(frozen=True)
class Response:
    """An axis of numbers: the reference's value, and each deviation at its own."""

    axis: str
    before: float
    rows: tuple[tuple[float, Row], ...]


def responses(comparison: Comparison) -> list[Response]:
    """The axes with three or more numeric values, the reference's included."""
    groups: dict[str, list[Row]] = {}
    for row in comparison.rows:
        groups.setdefault(str(row.axis), []).append(row)
    found = []
    for axis, rows in groups.items():
        before = number(rows[0].before)
        values = [(value, row) for row in rows if (value := number(row.value)) is not None]
        values = [pair for pair in values if comparison.metric in pair[1].deltas]
        if before is not None and len({value for value, _ in values} - {before}) > 1:
            found.append(Response(axis, before, tuple(sorted(values, key=lambda pair: pair[0]))))
    return found


def response_figure(comparison: Comparison) -> Figure | None:
    """A panel an axis of numbers: the difference at each value, the reference in its place at zero."""
    metric = comparison.metric
    found = responses(comparison)[:PANELS]
    if metric is None or not found:
        return None
    panels, figure = _grid(len(found))
    for axes, response in zip(panels, found, strict=True):
        values = [response.before, *(value for value, _ in response.rows)]
        if min(values) > 0 and max(values) / min(values) >= 20:  # noqa: PLR2004 - more than a decade
            axes.set_xscale("log")
        elif min(abs(value) for value in values) == 0 and _decades(values):
            axes.set_xscale("symlog", linthresh=min(abs(value) for value in values if value))
        _ticks_at(axes, response.before, values)
        if comparison.band is not None:
            band = comparison.band
            axes.axhspan(band.low - band.mean, band.high - band.mean, color=colour("band"), linewidth=0, zorder=1)
        zero_line(axes, vertical=False)
        points = sorted([(response.before, 0.0), *((value, row.deltas[metric].mean) for value, row in response.rows)])
        axes.plot(*zip(*points, strict=True), color=colour("muted"), linewidth=0.9, zorder=2)
        _points(axes, response, metric)
        axes.plot([response.before], [0], marker="D", markersize=5.5, color=colour("ink"), zorder=5)
        axes.set_title(shortened(response.axis, 30), loc="left", fontsize=TEXT)
        axes.grid(axis="y")
    _outer_labels(panels, "", f"Δ {shortened(metric, 22)}")
    return figure


def _points(axes: Axes, response: Response, metric: str) -> None:
    """Each value's difference with its interval; all of one look at once, since there may be thousands."""
    looks: dict[Look, list[tuple[float, Estimate]]] = {}
    for value, row in response.rows:
        looks.setdefault(look(row), []).append((value, row.deltas[metric]))
    for shape, found in looks.items():
        line, fill = colour(shape.colour), colour(shape.colour if shape.filled else "paper")
        spans = [(at, each.low, each.high) for at, each in found if each.low is not None and each.high is not None]
        if spans:
            at, lows, highs = zip(*spans, strict=True)
            axes.vlines(at, lows, highs, colors=line, linewidth=1.3, zorder=3)
        places, means = [value for value, _ in found], [delta.mean for _, delta in found]
        axes.plot(
            places, means, linestyle="none", marker=shape.point, markersize=5, markeredgecolor=line,
            markerfacecolor=fill, zorder=4,
        )  # fmt: skip


def slopes_figure(comparison: Comparison) -> Figure | None:
    """A panel a deviation: each seed's line from the reference's value to its own."""
    rows = [row for row in by_verdict(comparison) if len(row.pairs) > 1][:PANELS]
    if not rows:
        return None
    panels, figure = _grid(len(rows), columns=4)
    up = comparison.direction != "minimize"
    for axes, row in zip(panels, rows, strict=True):
        for pair in row.pairs:
            better = (pair.delta > 0) == up
            known = comparison.direction is not None and pair.delta != 0
            line = ("better" if better else "worse") if known else "muted"
            axes.plot(
                [0, 1], [pair.reference, pair.deviation], color=colour(line), linewidth=1.0, alpha=0.9,
                linestyle="-" if better or not known else (0, (4, 1.5)), marker="o", markersize=2.8,
            )  # fmt: skip
        axes.set_xlim(-0.25, 1.25)
        axes.set_xticks([0, 1], [shortened(row.before or "reference", 14), shortened(row.value, 14)])
        size = effect(row, comparison.metric)
        if size is not None:
            axes.set_title(
                f"{shortened(row.axis or '', 22)}\n{row.verdict or 'no verdict'}", loc="left", fontsize=SMALL
            )
        axes.grid(axis="y")
    _outer_labels(panels, "", shortened(comparison.metric or "", 24), columns=4)
    return figure


def number(text: str) -> float | None:
    """The finite number that a value is, if it is one."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _ticks_at(axes: Axes, first: float, values: Sequence[float]) -> None:
    """Ticks at the values tried; names only where there is room, the reference's always."""
    from matplotlib.ticker import NullLocator  # noqa: PLC0415 - only who draws loads it

    scale = axes.xaxis.get_transform()
    places = {value: float(scale.transform([value])[0]) for value in (first, *values)}
    low, high = min(places.values()), max(places.values())
    edge = 0.08 * (high - low)
    axes.set_xlim(*(float(end) for end in scale.inverted().transform([low - edge, high + edge])))
    named: list[float] = []
    for value in (first, *sorted(values)):
        room = (0.05 + 0.035 * len(f"{value:g}")) * (high - low)
        if all(abs(places[value] - places[other]) > room for other in named):
            named.append(value)
    # Each tick is several objects to draw: of a very fine sweep those without a name say nothing.
    ticks = sorted(places if len(places) <= TICKS else named)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(ticks, [f"{value:g}" if value in named else "" for value in ticks])


def _decades(values: Sequence[float]) -> bool:
    sizes = [abs(value) for value in values if value]
    return bool(sizes) and min(values) >= 0 and max(sizes) / min(sizes) >= 20  # noqa: PLR2004 - as above


def _grid(count: int, *, columns: int = COLUMNS, legend: bool = False) -> tuple[list[Axes], Figure]:
    across, down = min(columns, count), math.ceil(count / columns)
    above, below, beside = 0.36, 0.86 if legend else 0.34, 0.62  # inches around a panel
    wide = WIDTH / columns - beside
    width, height = (wide + beside) * across + 0.05, (HEIGHT + above + below) * down
    figure = new_figure(height, width)
    panels = []
    for place in range(count):
        row, column = divmod(place, columns)
        left, bottom = beside + column * (wide + beside), height - (row + 1) * (HEIGHT + above + below) + below
        panels.append(figure.add_axes((left / width, bottom / height, (wide - 0.02) / width, HEIGHT / height)))
    return panels, figure


def _outer_labels(panels: Sequence[Axes], below: str, beside: str, *, columns: int = COLUMNS) -> None:
    for place, axes in enumerate(panels):
        if below:
            axes.set_xlabel(below, fontsize=SMALL, labelpad=0, loc="right")
        if place % columns == 0:
            axes.set_ylabel(beside, fontsize=TEXT)
        axes.yaxis.set_major_locator(few_ticks(2.6))
