"""From one interval to one verdict, by one table.

The interval decides alone, so what is shown and what is said can't disagree. At a level of 1 − α/k each, the chance
that any of k verdicts is wrong is at most α, for directions and equivalences together: all are right whenever all
intervals cover.
"""

from __future__ import annotations

from oneaxis.analysis.metrics import Direction
from oneaxis.analysis.result import Band, Estimate, Verdict

FEWEST_PAIRS = 3


def decide(estimate: Estimate, margin: float | None, direction: Direction | None) -> tuple[Verdict, bool]:
    """The verdict of an interval, and whether even its near end is beyond the margin.

    "Equivalent" goes before a direction: a difference that is real and smaller than what matters is negligible.
    Without a known direction "better" and "worse" become "higher" and "lower".
    """
    low, high = estimate.low, estimate.high
    if estimate.n < FEWEST_PAIRS or low is None or high is None:
        return "no verdict", False
    if margin is not None and -margin < low and high < margin:
        return "equivalent", False
    up: Verdict
    down: Verdict
    up, down = ("better", "worse") if direction == "maximize" else ("worse", "better")
    if direction is None:
        up, down = "higher", "lower"
    if low > 0:
        return up, margin is not None and low >= margin
    if high < 0:
        return down, margin is not None and high <= -margin
    return "inconclusive", False


def beside_band(value: float, band: Band) -> Verdict:
    """Whether a lone run is outside of the reference's noise; inside is no evidence of equality."""
    return "inside" if band.low <= value <= band.high else "outside"


def equivalence_bound(estimate: Estimate) -> float | None:
    """The smallest margin at which the interval would mean "equivalent"."""
    if estimate.low is None or estimate.high is None:
        return None
    return max(abs(estimate.low), abs(estimate.high))
