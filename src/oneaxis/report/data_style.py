"""What the figures of a data set have in common. matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart by people of every colour vision; order: train, validation, test.
COLOURS = {"train": "#0072B2", "validation": "#E69F00", "test": "#009E73"}
WIDTH = 9.0  # inches


def sheet(height: float) -> Figure:
    """An empty figure; `height` in inches."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that only a drawing needs

    return Figure(figsize=(WIDTH, height), layout="constrained", dpi=110)


def png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", facecolor="white", metadata={"Software": None})
    return stream.getvalue()


def bare(axes: Axes) -> None:
    """Without the frame's upper and right line."""
    axes.spines[["top", "right"]].set_visible(False)


def as_number(text: str) -> tuple[float, str]:
    """A class as it is sorted: numbers by size, then words."""
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text
