"""A panel a column of a table: how its values are distributed, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from oneaxis.analysis.data_findings import Facts
from oneaxis.inspect.data import Array, Columns, Data, columns
from oneaxis.report.data_style import COLOURS, bare, sheet
from oneaxis.report.plot_style import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 36
MOST_BARS = 15


def by_part(data: Data) -> Mapping[str, Mapping[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for part, held in data.parts():
        seen: Columns = columns(data, held)
        for place, name in enumerate(seen.names):
            found.setdefault(name, {})[part] = seen.numbers[:, place]
        for name, texts in seen.texts.items():
            found.setdefault(name, {})[part] = texts
    return found


def metadata_by_part(data: Data) -> Mapping[str, Mapping[str, Array]]:
    return {
        name: {part: np.asarray(held.metadata[name]) for part, held in data.parts() if name in held.metadata}
        for name in data.train.metadata
    }


def most_shifted(data: Data, facts: Facts) -> list[str]:
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


def panels_caption(data: Data, shown: Sequence[str]) -> str:
    first = columns(data, data.train)
    count = len(first.names) + len(first.texts)
    if count == len(shown):
        return "Every feature's distribution, by part: shares."
    return f"The {len(shown)} of {count} features that differ most between parts: shares. All are in the table below."


def panels(values: Mapping[str, Mapping[str, Array]], shown: Sequence[str]) -> Figure:
    across = min(4, len(shown))
    down = -(-len(shown) // across)
    figure = sheet(1.75 * down + 0.4)
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
        axes.set_title(shortened(name, 30), fontsize=8)
        axes.tick_params(labelsize=7)
        bare(axes)
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
    axes.set_yticks(np.arange(len(shown)), [shortened(name or "(missing)", 14) for name in shown])
    axes.invert_yaxis()


def _swatch(part: str) -> Any:
    from matplotlib.patches import Patch  # noqa: PLC0415 - as in _figure

    return Patch(color=COLOURS[part], label=part)
