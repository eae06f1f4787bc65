"""A lineage as a picture: the gain of each step, added up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from oneaxis.errors import CannotEdit


class PlottedStep(Protocol):
    """What a step's bar needs."""

    @property
    def change(self) -> tuple[str, ...]: ...
    @property
    def gain(self) -> float | None: ...
    @property
    def effect(self) -> object: ...
    @property
    def metric(self) -> str: ...


def draw(steps: Sequence[PlottedStep], path: Path) -> None:
    """Write the picture as PNG or SVG, by the file's ending.

    Raises
    ------
    CannotEdit
        For another ending.
    """
    if path.suffix.lower() not in (".png", ".svg"):
        raise CannotEdit(f"{path} is neither .png nor .svg")
    from matplotlib.figure import Figure  # noqa: PLC0415 - it takes seconds to load

    figure = Figure(figsize=(7, 1.4 + 0.45 * len(steps)), layout="constrained")
    axes = figure.subplots()
    start = 0.0
    for place, step in enumerate(steps):
        gain = step.gain or 0.0
        effect = dict(step.effect) if isinstance(step.effect, dict) else {}
        low, high = effect.get("low"), effect.get("high")
        half = (high - low) / 2 if low is not None and high is not None else None
        axes.barh(place, gain, left=start, color="#4878a8" if gain >= 0 else "#b5534a", height=0.35)
        if half is not None:
            axes.errorbar(start + gain, place, xerr=half, color="black", capsize=3, linewidth=1)
        axes.annotate(
            f"{gain:+.4f}", (start + gain, place), xytext=(0, -14), textcoords="offset points", ha="center", fontsize=8
        )
        start += gain
    axes.set_yticks(range(len(steps)), [f"{number}  {' '.join(step.change)}" for number, step in enumerate(steps, 1)])
    axes.invert_yaxis()
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set_xlabel(f"gain in {steps[-1].metric}, on each promotion's fresh seeds")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
