"""All figures of a report (pure: contents in, figures out)."""

from __future__ import annotations

from collections.abc import Iterator

from oneaxis.report.contents import Contents
from oneaxis.report.look import by_verdict, effect
from oneaxis.report.numbers import signed
from oneaxis.report.plot_effects import forest, tornado
from oneaxis.report.plot_panels import curves_figure, response_figure, slopes_figure
from oneaxis.report.plot_style import Drawing
from oneaxis.report.plot_time import time_figure
from oneaxis.report.table import label

CURVES = 3  # metrics whose curves are drawn


def figures(contents: Contents) -> Iterator[Drawing]:
    """The figures that have something to show, in the order of a report; draw inside of `drawing_style()`."""
    comparison = contents.comparison
    metric = comparison.metric or "the metric"
    if (figure := forest(comparison)) is not None:
        band = "" if comparison.band is None else " The band shows where one more run of the reference would fall."
        text = f"Mean difference in {metric} from the reference and its interval, for each deviation.{band}"
        yield Drawing("forest", "Each deviation beside the reference", f"{text} {_spoken(contents)}", figure)
    if (figure := tornado(comparison)) is not None:
        text = f"For each axis, how far its values move {metric}: from the least to the greatest mean difference."
        yield Drawing("tornado", "What each axis moves", text, figure)
    if (figure := response_figure(comparison)) is not None:
        text = f"For each axis of numbers, the difference in {metric} at each value; the diamond is the reference."
        yield Drawing("response", "Along each axis of numbers", text, figure)
    if (figure := slopes_figure(comparison)) is not None:
        text = f"For each deviation, {metric} of the reference and of the deviation, a line a seed."
        yield Drawing("seeds", "Seed by seed", text, figure)
    for number, name in enumerate(curve_metrics(contents)):
        figure = curves_figure(comparison, contents.curves, name)
        if figure is not None:
            text = (
                f"{name} over the steps of training, a panel an axis: mean over seeds; the band spans the reference's."
            )
            place = "" if name == metric else f"-{number}"
            yield Drawing(f"curves{place}", f"Learning curves: {name}", text, figure)
    if (figure := time_figure(comparison)) is not None:
        text = "Mean seconds a trial of the reference and of each deviation, by phase."
        yield Drawing("time", "Where the time went", text, figure)


def curve_metrics(contents: Contents) -> list[str]:
    """The logged metrics that are drawn: the deciding one first, then as they were logged."""
    names = dict.fromkeys(name for found in contents.curves.values() for name in found)
    deciding = [name for name in names if name == contents.comparison.metric]
    return [*deciding, *(name for name in names if name not in deciding)][:CURVES]


def _spoken(contents: Contents) -> str:
    """The largest differences in words, for who can't see the figure."""
    comparison = contents.comparison
    parts = []
    for row in by_verdict(comparison)[:8]:
        size = effect(row, comparison.metric)
        if size is not None:
            parts.append(f"{label(row)}: {signed(size, 4)}, {row.verdict or 'no verdict'}")
    return "; ".join(parts) + "."
