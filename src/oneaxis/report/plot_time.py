"""Where the time went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oneaxis.analysis.result import Comparison, Row
from oneaxis.report.numbers import duration
from oneaxis.report.plot_style import SMALL, TEXT, WIDTH, colour, new_figure, shortened, text_width
from oneaxis.report.table import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BARS = 24
SHADES = ("better", "equal", "outside", "moved")  # of the phases, the longest first
LINE = 0.235
REST = "other"


def time_figure(comparison: Comparison) -> Figure | None:
    """A bar a row: mean seconds per trial, split into the phases that the task timed."""
    timed = [row for row in comparison.rows if row.seconds is not None]
    timed.sort(key=lambda row: -_seconds(row))
    reference = comparison.reference
    rows = [*([reference] if reference is not None and reference.seconds is not None else []), *timed]
    if not rows:
        return None
    shown, more = rows[:BARS], len(rows) - BARS
    phases = _phases(shown)
    labels = [shortened(label(row)) for row in shown]
    left = min(2.75, text_width(labels)) + 0.15
    height = 0.36 + LINE * len(shown) + 0.5
    figure = new_figure(height)
    axes = figure.add_axes((left / WIDTH, 0.5 / height, 1 - (left + 1.3) / WIDTH, 1 - 0.86 / height))
    for place, row in enumerate(shown):
        start = 0.0
        for name, shade in phases.items():
            spent = _spent(row, name)
            axes.barh(
                place, spent, left=start, height=0.62, color=colour(shade), edgecolor=colour("paper"), linewidth=0.8,
                label=name if place == 0 else None,
            )  # fmt: skip
            start += spent
        ratio = row.seconds_ratio
        times = "" if ratio is None else f"  ×{ratio.mean:.1f}"
        axes.annotate(
            f"{duration(_seconds(row))}{times}", (start, place), xytext=(4, 0), textcoords="offset points",
            va="center_baseline", fontsize=SMALL, annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, fontsize=TEXT)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("seconds a trial, mean over its seeds")
    axes.grid(axis="x", zorder=0)
    axes.set_axisbelow(True)
    if len(phases) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.01, 1.0),
            ncols=6,
            borderaxespad=0.3,
            handlelength=1.1,
            columnspacing=1.2,
        )
    if more > 0:
        figure.text(0.01, 0.02, f"and {more} quicker ones", fontsize=SMALL, color=colour("muted"))
    return figure


def _phases(rows: list[Row]) -> dict[str, str]:
    """The phases with their colours: the longest few, and the rest as one."""
    totals: dict[str, float] = {}
    for row in rows:
        for name, spent in row.phases.items():
            totals[name] = totals.get(name, 0.0) + spent.mean
    shades = dict(zip(sorted(totals, key=lambda name: -totals[name]), SHADES, strict=False))
    found = {name: shades[name] for name in totals if name in shades}  # as the task went through them
    return {**found, REST if found else "seconds": "grid"}


def _spent(row: Row, phase: str) -> float:
    if phase in row.phases:
        return row.phases[phase].mean
    if phase in (REST, "seconds"):
        named = sum(spent.mean for spent in row.phases.values())
        return max(_seconds(row) - named, 0.0)
    return 0.0


def _seconds(row: Row) -> float:
    return 0.0 if row.seconds is None else row.seconds.mean
