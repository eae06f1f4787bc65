"""Figures of a data set. matplotlib is imported when one is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from oneaxis.analysis.data_findings import Facts
from oneaxis.inspect.data import Array, Data, labels
from oneaxis.inspect.neighbours import Nearest
from oneaxis.report.data_panels import by_part, metadata_by_part, most_shifted, panels, panels_caption
from oneaxis.report.data_style import COLOURS, WIDTH, as_number, bare, png, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES_DRAWN = 20
A_CLASS = 8  # examples
PAIRS = 5
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def draw(data: Data, facts: Facts, nearest: Sequence[Nearest]) -> Iterator[tuple[str, str, bytes]]:
    """Each figure as (name, caption, PNG)."""
    if any(part.classes for part in facts.parts):
        yield "classes", "Rows of each class, by part.", png(_classes(facts))
    if data.kind != "table":
        yield "samples", "Training rows of each class, drawn from a fixed seed.", png(_samples(data))
    if data.kind == "signal":
        yield "features", _BAND_CAPTION, png(_bands(data))
    if data.kind == "image":
        yield "features", "Quantiles of every pixel, by part: 5, 25, 50, 75 and 95 %.", png(_quantile_images(data))
    if data.kind == "table":
        shown = most_shifted(data, facts)
        yield "features", panels_caption(data, shown), png(panels(by_part(data), shown))
    if data.train.metadata:
        yield (
            "metadata",
            "Metadata of each row, by part: shares.",
            png(panels(metadata_by_part(data), list(data.train.metadata))),
        )
    if nearest:
        yield "neighbours", _NEIGHBOURS_CAPTION, png(_distances(nearest))
        if data.kind != "table":
            yield (
                "closest",
                "Rows of other parts beside their nearest training rows, the closest first.",
                png(_closest(data, nearest)),
            )


_BAND_CAPTION = "Every time step's distribution, by part: the median, and the ranges from 25 to 75 and 5 to 95 %."
_NEIGHBOURS_CAPTION = "How far rows are from their nearest training row; for training rows, from the nearest other one."


def _classes(facts: Facts) -> Figure:
    names = list(dict.fromkeys(name for part in facts.parts for name in part.classes))
    names = sorted(names, key=as_number)
    figure = sheet(0.13 * min(len(names), CLASSES_DRAWN) * (len(facts.parts) + 0.5) + 1.0)
    axes = figure.subplots()
    shown = names[:CLASSES_DRAWN]
    height = 0.8 / len(facts.parts)
    for number, part in enumerate(facts.parts):
        places = np.arange(len(shown)) + (number - (len(facts.parts) - 1) / 2) * height
        counts = [part.classes.get(name, 0) for name in shown]
        bars = axes.barh(places, counts, height * 0.92, color=COLOURS[part.name], label=f"{part.name} ({part.rows:,})")
        axes.bar_label(bars, [f"{count:,}" for count in counts], padding=2, fontsize=7)
    axes.set_yticks(np.arange(len(shown)), shown)
    axes.invert_yaxis()
    axes.set_xlabel(
        "rows" + (f" ({len(names) - len(shown)} more classes not shown)" if len(names) > len(shown) else "")
    )
    axes.set_ylabel("class")
    axes.margins(x=0.08, y=0.02)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    bare(axes)
    return figure


def _samples(data: Data) -> Figure:
    named = labels(data, data.train)
    generator = np.random.default_rng(0)
    rows = np.arange(data.train.rows)
    classes = [None] if named is None else sorted(set(map(str, named)), key=as_number)[:CLASSES_DRAWN]
    figure = sheet(0.15 + len(classes) * WIDTH / (A_CLASS + 0.6) * (0.62 if data.kind == "signal" else 1.0) * 0.98)
    grid = np.atleast_2d(figure.subplots(len(classes), A_CLASS, squeeze=False))
    x = np.asarray(data.train.x).reshape(len(rows), *(data.shape or ()))
    low, high = np.nanmin(x), np.nanmax(x)
    for line, name in zip(grid, classes, strict=True):
        own = rows if named is None or name is None else rows[named == name]
        drawn = generator.choice(own, min(A_CLASS, len(own)), replace=False)
        for axes in line:
            axes.set_axis_off()
        for axes, row in zip(line, drawn, strict=False):
            _show(axes, data, x[row], (low, high), COLOURS["train"])
        if name is not None:
            line[0].text(-0.12, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontsize=10)
    return figure


def _show(axes: Axes, data: Data, example: Array, limits: tuple[float, float], colour: str) -> None:
    if data.kind == "image":
        axes.set_axis_on()  # its frame shows where the picture ends
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_color("#cccccc")
        picture = np.moveaxis(example, 0, -1)
        spread = limits[1] - limits[0] or 1
        if picture.shape[-1] == 3:  # noqa: PLR2004 - red, green, blue
            axes.imshow((picture - limits[0]) / spread, interpolation="nearest")
        else:
            axes.imshow(picture[..., 0], cmap="gray_r", vmin=limits[0], vmax=limits[1], interpolation="nearest")
    else:
        axes.set_axis_off()
        for channel in example:
            axes.plot(channel, color=colour, linewidth=1.2)
        axes.set_ylim(*limits)


def _bands(data: Data) -> Figure:
    parts = list(data.parts())
    channels, time = data.shape or (1, 1)
    figure = sheet(2.1 * channels + 0.6)
    grid = figure.subplots(channels, len(parts), sharex=True, sharey=True, squeeze=False)
    for place, (name, part) in enumerate(parts):
        x = np.asarray(part.x, "float64").reshape(part.rows, channels, time)
        levels = np.nanquantile(x, QUANTILES, axis=0)
        for channel in range(channels):
            axes = grid[channel, place]
            steps = np.arange(time)
            axes.fill_between(
                steps, levels[0, channel], levels[4, channel], color=COLOURS[name], alpha=0.2, linewidth=0
            )
            axes.fill_between(
                steps, levels[1, channel], levels[3, channel], color=COLOURS[name], alpha=0.4, linewidth=0
            )
            axes.plot(steps, levels[2, channel], color=COLOURS[name])
            axes.set_title(f"{name} ({part.rows:,})", fontsize=9)
            axes.set_xlabel("time step")
            bare(axes)
    return figure


def _quantile_images(data: Data) -> Figure:
    parts = list(data.parts())
    figure = sheet(0.3 + len(parts) * WIDTH / (len(QUANTILES) + 1))
    grid = figure.subplots(len(parts), len(QUANTILES), squeeze=False)
    whole = [np.asarray(part.x, "float64").reshape(part.rows, *(data.shape or ())) for _, part in parts]
    limits = min(np.nanmin(x) for x in whole), max(np.nanmax(x) for x in whole)
    for line, (name, _), x in zip(grid, parts, whole, strict=True):
        for axes, level in zip(line, QUANTILES, strict=True):
            _show(axes, data, np.nanquantile(x, level, axis=0), limits, COLOURS[name])
            axes.set_title(f"{100 * level:.0f} %", fontsize=9)
        line[0].text(-0.12, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontsize=10)
    return figure


def _distances(nearest: Sequence[Nearest]) -> Figure:
    figure = sheet(2.6)
    axes = figure.subplots()
    together = np.concatenate([nearest[0].within, *(item.distances for item in nearest)])
    edges = np.linspace(0, np.quantile(together, 0.995), 50)
    groups = [("train", nearest[0].within), *((item.facts.part, item.distances) for item in nearest)]
    for part, distances in groups:
        if len(distances):
            shares = np.histogram(distances, edges)[0] / len(distances)
            filled = part == "train"
            axes.stairs(
                shares, edges, color=COLOURS[part], fill=filled, alpha=0.35 if filled else 1, linewidth=1.4, label=part
            )
    limit = nearest[0].facts.limit
    axes.axvspan(0, limit, color="#D55E00", alpha=0.25, label="nearly equal")
    axes.set_xlabel("distance to the nearest training row")
    axes.set_ylabel("share of rows")
    axes.legend(frameon=False)
    bare(axes)
    return figure


def _closest(data: Data, nearest: Sequence[Nearest]) -> Figure:
    signal = data.kind == "signal"
    figure = sheet(0.3 + len(nearest) * 2 * WIDTH / (PAIRS + 1) * (0.5 if signal else 0.75))
    grid = figure.subplots(2 * len(nearest), PAIRS, squeeze=False)
    shape = data.shape or ()
    train = np.asarray(data.train.x).reshape(data.train.rows, *shape)
    parts = dict(data.parts())
    limits = np.nanmin(train), np.nanmax(train)
    for axes in grid.flat:
        axes.set_axis_off()
    for place, item in enumerate(nearest):
        x = np.asarray(parts[item.facts.part].x).reshape(-1, *shape)
        for column, (row, twin, distance) in enumerate(item.pairs[:PAIRS]):
            upper, lower = grid[2 * place, column], grid[2 * place + 1, column]
            _show(upper, data, x[row], limits, COLOURS[item.facts.part])
            upper.set_title(f"{distance:.3g} apart", fontsize=9)
            _show(lower, data, train[twin], limits, COLOURS["train"])
        for line, name in ((2 * place, item.facts.part), (2 * place + 1, "train")):
            grid[line, 0].text(
                -0.12, 0.5, name, transform=grid[line, 0].transAxes, ha="right", va="center", fontsize=10
            )
    return figure
