"""What all figures share: colours, type, size, and how one is written.

Matplotlib is imported where something is drawn, never before. Text stays text, and nothing depends on the day
or the machine: the same comparison gives the same file.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Locator

WIDTH = 7.2  # inches: the text's width of a paper
TEXT = 8.0  # points
SMALL = 7.0
DPI = 200
ROWS = 60  # the most that one figure shows
LONGEST = 42  # characters of a label

# Light and dark of each. Blue, vermilion, green and purple after Okabe and Ito (2008), darkened (and for a dark page
# lightened) until they carry text: contrast 4.5 to 1 and more.
COLOURS = {
    "ink": ("#1b1f24", "#e6e9ec"),
    "muted": ("#5c646d", "#a3acb6"),
    "grid": ("#dde1e5", "#343b43"),
    "band": ("#eceff2", "#262c33"),
    "paper": ("#fffffe", "#14181c"),
    "better": ("#006aa8", "#5cb8ee"),
    "worse": ("#b34100", "#ff9557"),
    "equal": ("#00735a", "#4fd0aa"),
    "moved": ("#8a3f84", "#df9bd8"),
    "outside": ("#7d5a00", "#e3b74c"),
    "failed": ("#a01f45", "#ff92b0"),
}
SERIES = ("better", "worse", "equal", "moved", "outside")  # for lines side by side, each with its own dashes
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (1, 1)))
FAMILIES = ("DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Noto Emoji")
STYLE: dict[Any, Any] = {  # Matplotlib's own names
    "font.size": TEXT,
    "text.parse_math": False,
    "text.color": COLOURS["ink"][0],
    "svg.fonttype": "none",
    "svg.hashsalt": "oneaxis",
    "axes.edgecolor": COLOURS["muted"][0],
    "axes.labelcolor": COLOURS["ink"][0],
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": TEXT,
    "axes.titlesize": TEXT,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-4, 5),
    "xtick.color": COLOURS["muted"][0],
    "ytick.color": COLOURS["muted"][0],
    "xtick.labelcolor": COLOURS["ink"][0],
    "ytick.labelcolor": COLOURS["ink"][0],
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "grid.color": COLOURS["grid"][0],
    "grid.linewidth": 0.6,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": SMALL,
}


@dataclass(frozen=True)
class Drawing:
    """One figure. `name` is its file's, `description` says in words what it shows."""

    name: str
    title: str
    description: str
    figure: Figure


def colour(name: str) -> str:
    return COLOURS[name][0]


@contextmanager
def drawing_style() -> Iterator[None]:
    """Everything is drawn and written inside of this."""
    from matplotlib import font_manager, rc_context  # noqa: PLC0415 - only who draws loads it

    installed = {font.name for font in font_manager.fontManager.ttflist}
    families = [name for name in FAMILIES if name in installed] or ["sans-serif"]
    with rc_context({**STYLE, "font.family": families}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")  # a name in a script without a font here
        yield


def new_figure(height: float, width: float = WIDTH) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    return Figure(figsize=(width, height))


def svg_text(figure: Figure) -> str:
    """The figure as an SVG file."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 - as above

    stream = io.StringIO()
    FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})  # type: ignore[no-untyped-call]
    return stream.getvalue()


def png_bytes(figure: Figure) -> bytes:
    """The figure as a PNG on white."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - as above

    figure.set_dpi(DPI)
    figure.set_facecolor("white")
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None})  # type: ignore[no-untyped-call]
    figure.set_facecolor("none")
    figure.set_dpi(100)
    return stream.getvalue()


def shortened(text: str, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters; what is left out is in its middle."""
    line = " ".join(text.encode("utf-8", "replace").decode().split())  # no font has halves of surrogate pairs
    if len(line) <= longest:
        return line
    head = (longest - 1) * 2 // 3
    return f"{line[:head]}…{line[-(longest - 1 - head) :]}"


def text_width(texts: Sequence[str], size: float = TEXT) -> float:
    """About how wide the longest text is, in inches; wide scripts count double."""
    lengths = [sum(1.0 if ord(letter) < 0x1100 else 1.75 for letter in text) for text in texts]  # noqa: PLR2004 - Hangul and on
    return max(lengths, default=0.0) * size * 0.55 / 72


def limits(reaches: Sequence[float]) -> float:
    """How far from zero an axis of differences goes: a few that are far out don't squeeze all others."""
    known = sorted(reach for reach in reaches if reach > 0)
    if not known:
        return 1.0
    usual = known[int(0.75 * (len(known) - 1))]
    return max(reach for reach in known if reach <= 4 * usual) * 1.12


def zero_line(axes: Axes, *, vertical: bool = True) -> None:
    """The reference."""
    line = axes.axvline if vertical else axes.axhline
    line(0, color=colour("ink"), linewidth=1.1, zorder=2)


def few_ticks(inches: float, *, symmetric: bool = False) -> Locator:
    """Round numbers, as many as an axis of this length has room for."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - as above

    return MaxNLocator(nbins=max(2, min(8, int(inches / 0.62))), steps=[1, 2, 5, 10], symmetric=symmetric)


def decimals(limit: float) -> int:
    """Decimals at which differences of this size show three digits."""
    if limit <= 0 or not math.isfinite(limit):
        return 3
    return min(10, max(0, 2 - math.floor(math.log10(limit))))
