"""The side-by-side timings as a picture: each variant's wall over the floor of its round, a dot a round."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

OURS, THEIRS = "#0b6e4f", "#8a8d91"


def draw(shares: Mapping[str, Mapping[str, Sequence[float]]], head: str, path: Path) -> bool:
    """Draw one panel a workload; false where there is nothing to draw, or nothing to draw with."""
    drawn = {load: variants for load, variants in shares.items() if variants}
    if not drawn or find_spec("matplotlib") is None:
        return False
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    tallest = max(len(variants) for variants in drawn.values())
    figure, panels = plt.subplots(
        1, len(drawn), figsize=(6.5 * len(drawn), 1.6 + 0.36 * tallest), squeeze=False, layout="constrained"
    )
    for panel, (load, variants) in zip(panels[0], drawn.items(), strict=True):
        ordered = sorted(variants.items(), key=lambda item: statistics.median(item[1]), reverse=True)
        for place, (caption, ratios) in enumerate(ordered):
            middle = statistics.median(ratios)
            panel.barh(place, middle, color=OURS if "oneaxis" in caption else THEIRS, height=0.62, zorder=1)
            panel.plot(ratios, [place] * len(ratios), "|", color="black", markersize=9, zorder=2)
            panel.annotate(f" {middle:.3g}", (max(ratios), place), va="center", fontsize=9)
        panel.set_yticks(range(len(ordered)), [caption for caption, _ in ordered], fontsize=9)
        panel.set_xlabel("wall over the floor")
        panel.set_title(load, loc="left", fontweight="bold")
        panel.margins(x=0.12)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    figure.suptitle(head, fontsize=8, x=0.01, ha="left")
    figure.savefig(path, dpi=130)
    plt.close(figure)
    return True
