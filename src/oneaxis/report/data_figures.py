"""Figures of a data set. matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oneaxis.analysis.data_findings import Facts
from oneaxis.inspect.data import Array, Columns, Data, columns, labels
from oneaxis.inspect.neighbours import Nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart by people of every colour vision; order: train, validation, test.
COLOURS = {"train": "#0072B2", "validation": "#E69F00", "test": "#009E73"}
WIDTH = 9.0  # inches
MOST_PANELS = 36
CLASSES_DRAWN = 20
A_CLASS = 8  # examples
MOST_BARS = 15
PAIRS = 5
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def draw(data: Data, facts: Facts, nearest: Sequence[Nearest]) -> Iterator[tuple[str, str, bytes]]:
    """Each figure as (name, caption, PNG)."""
    if any(part.classes for part in facts.parts):
        yield "classes", "Rows of each class, by part.", _png(_classes(facts))
    if data.kind != "table":
        yield "samples", "Training rows of each class, drawn from a fixed seed.", _png(_samples(data))
    if data.kind == "signal":
        yield "features", _BAND_CAPTION, _png(_bands(data))
    if data.kind == "image":
        yield "features", "Quantiles of every pixel, by part: 5, 25, 50, 75 and 95 %.", _png(_quantile_images(data))
    if data.kind == "table":
        shown = _most_shifted(data, facts)
        yield "features", _panels_caption(data, shown), _png(_panels(_by_part(data), shown))
    if data.train.metadata:
        yield (
            "metadata",
            "Metadata of each row, by part: shares.",
            _png(_panels(_metadata(data), list(data.train.metadata))),
        )
    if nearest:
        yield "neighbours", _NEIGHBOURS_CAPTION, _png(_distances(nearest))
        if data.kind != "table":
            yield (
                "closest",
                "Rows of other parts beside their nearest training rows, the closest first.",
                _png(_closest(data, nearest)),
            )


_BAND_CAPTION = "Every time step's distribution, by part: the median, and the ranges from 25 to 75 and 5 to 95 %."
_NEIGHBOURS_CAPTION = "How far rows are from their nearest training row; for training rows, from the nearest other one."


def _classes(facts: Facts) -> Figure:
    names = list(dict.fromkeys(name for part in facts.parts for name in part.classes))
    names = sorted(names, key=_as_number)
    figure = _figure(0.13 * min(len(names), CLASSES_DRAWN) * (len(facts.parts) + 0.5) + 1.0)
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
    _bare(axes)
    return figure


def _samples(data: Data) -> Figure:
    named = labels(data, data.train)
    generator = np.random.default_rng(0)
    rows = np.arange(data.train.rows)
    classes = [None] if named is None else sorted(set(map(str, named)), key=_as_number)[:CLASSES_DRAWN]
    figure = _figure(0.15 + len(classes) * WIDTH / (A_CLASS + 0.6) * (0.62 if data.kind == "signal" else 1.0) * 0.98)
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
    figure = _figure(2.1 * channels + 0.6)
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
            _bare(axes)
    return figure


def _quantile_images(data: Data) -> Figure:
    parts = list(data.parts())
    figure = _figure(0.3 + len(parts) * WIDTH / (len(QUANTILES) + 1))
    grid = figure.subplots(len(parts), len(QUANTILES), squeeze=False)
    whole = [np.asarray(part.x, "float64").reshape(part.rows, *(data.shape or ())) for _, part in parts]
    limits = min(np.nanmin(x) for x in whole), max(np.nanmax(x) for x in whole)
    for line, (name, _), x in zip(grid, parts, whole, strict=True):
        for axes, level in zip(line, QUANTILES, strict=True):
            _show(axes, data, np.nanquantile(x, level, axis=0), limits, COLOURS[name])
            axes.set_title(f"{100 * level:.0f} %", fontsize=9)
        line[0].text(-0.12, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontsize=10)
    return figure


def _by_part(data: Data) -> Mapping[str, Mapping[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for part, held in data.parts():
        seen: Columns = columns(data, held)
        for place, name in enumerate(seen.names):
            found.setdefault(name, {})[part] = seen.numbers[:, place]
        for name, texts in seen.texts.items():
            found.setdefault(name, {})[part] = texts
    return found


def _metadata(data: Data) -> Mapping[str, Mapping[str, Array]]:
    return {
        name: {part: np.asarray(held.metadata[name]) for part, held in data.parts() if name in held.metadata}
        for name in data.train.metadata
    }


def _most_shifted(data: Data, facts: Facts) -> list[str]:
    """The features to show: in their order where there is room for all, else those that differ most between parts."""
    first = columns(data, data.train)
    names = [*first.names, *first.texts]
    if len(names) <= MOST_PANELS:
        return names
    far: dict[str, float] = {}
    for shift in facts.shifts:
        if shift.kind == "feature":
            far[shift.name] = max(far.get(shift.name, 0.0), shift.distance)
    return sorted(names, key=lambda name: -far.get(name, 0.0))[:MOST_PANELS]


def _panels_caption(data: Data, shown: Sequence[str]) -> str:
    first = columns(data, data.train)
    count = len(first.names) + len(first.texts)
    if count == len(shown):
        return "Every feature's distribution, by part: shares."
    return f"The {len(shown)} of {count} features that differ most between parts: shares. All are in the table below."


def _panels(values: Mapping[str, Mapping[str, Array]], shown: Sequence[str]) -> Figure:
    across = min(4, len(shown))
    down = -(-len(shown) // across)
    figure = _figure(1.75 * down + 0.4)
    grid = figure.subplots(down, across, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, name in zip(grid.flat, shown, strict=False):
        axes.set_axis_on()
        parts = values[name]
        if all(array.dtype.kind in "biuf" for array in parts.values()):
            _histogram(axes, parts)
        else:
            _bars(axes, parts)
        axes.set_title(_shortened(name, 30), fontsize=8)
        axes.tick_params(labelsize=7)
        _bare(axes)
    handles = [_swatch(part) for part in COLOURS if any(part in parts for parts in values.values())]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False)
    return figure


def _histogram(axes: Axes, parts: Mapping[str, Array]) -> None:
    finite = {part: array[np.isfinite(array.astype("float64"))].astype("float64") for part, array in parts.items()}
    together = np.concatenate(list(finite.values()))
    if not len(together):
        axes.text(0.5, 0.5, "all missing", transform=axes.transAxes, ha="center")
        return
    low, high = np.quantile(together, [0.001, 0.999])
    edges = np.linspace(low, high if high > low else low + 1, 25)
    for part, array in finite.items():
        if len(array):
            shares = np.histogram(array.clip(edges[0], edges[-1]), edges)[0] / len(array)
            axes.stairs(
                shares,
                edges,
                color=COLOURS[part],
                linewidth=1.2,
                fill=part == "train",
                alpha=0.35 if part == "train" else 1,
            )
    axes.set_yticks([])


def _bars(axes: Axes, parts: Mapping[str, Array]) -> None:
    together = np.concatenate([array.astype("U") for array in parts.values()])
    names, counts = np.unique(together, return_counts=True)
    shown = names[np.argsort(-counts, kind="stable")][:MOST_BARS]
    height = 0.8 / len(parts)
    for number, (part, array) in enumerate(parts.items()):
        shares = [np.mean(array.astype("U") == name) for name in shown]
        axes.barh(np.arange(len(shown)) + (number - (len(parts) - 1) / 2) * height, shares, height, color=COLOURS[part])
    axes.set_yticks(np.arange(len(shown)), [_shortened(name or "(missing)", 14) for name in shown])
    axes.invert_yaxis()


def _distances(nearest: Sequence[Nearest]) -> Figure:
    figure = _figure(2.6)
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
    _bare(axes)
    return figure


def _closest(data: Data, nearest: Sequence[Nearest]) -> Figure:
    signal = data.kind == "signal"
    figure = _figure(0.3 + len(nearest) * 2 * WIDTH / (PAIRS + 1) * (0.5 if signal else 0.75))
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


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that only a drawing needs

    return Figure(figsize=(WIDTH, height), layout="constrained", dpi=110)


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", facecolor="white", metadata={"Software": None})
    return stream.getvalue()


def _swatch(part: str) -> Any:
    from matplotlib.patches import Patch  # noqa: PLC0415 - as in _figure

    return Patch(color=COLOURS[part], label=part)


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _as_number(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text
