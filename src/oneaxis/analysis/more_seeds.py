"""How many more seeds would decide: by power and by half-width, as a range."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from oneaxis.analysis.interval import critical
from oneaxis.analysis.verdict import FEWEST_PAIRS

POWER = 0.8
MOST_SEEDS = 1000  # beyond it "seeds won't settle it" is the answer


def power(effect: float, n: int, alpha: float, *, overlap: float = 0.0) -> float:
    """The chance that a two-sided paired t test at level `alpha` finds an effect, to its own side.

    `effect` is d_z: the mean difference in standard deviations of the difference.
    """
    from scipy.special import nctdtr  # noqa: PLC0415 - loaded where it counts

    noncentrality = abs(effect) / math.sqrt(1 / n + overlap)
    return float(1 - nctdtr(n - 1, noncentrality, critical(1 - alpha, n - 1)))


@lru_cache(maxsize=8192)
def detectable(n: int, alpha: float, overlap: float = 0.0) -> float:
    """The smallest d_z that n pairs decide with a chance of 0.8."""
    low, high = 0.0, 1.0
    while power(high, n, alpha, overlap=overlap) < POWER:
        low, high = high, 2 * high
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle, n, alpha, overlap=overlap) < POWER else (low, middle)
    return high


def upper_sd_factor(n: int, confidence: float = 0.8) -> float:
    """What turns a standard deviation of n values into its upper confidence limit."""
    from scipy.special import chdtri  # noqa: PLC0415 - as in power

    return math.sqrt((n - 1) / float(chdtri(n - 1, confidence)))


def seeds_for_power(effect: float, alpha: float, *, overlap: float = 0.0) -> int | None:
    """The fewest pairs that find d_z = `effect` with a chance of 0.8; None where no number does."""
    return _fewest(lambda n: detectable(n, alpha, overlap) <= abs(effect))


def seeds_for_half_width(sd: float, half_width: float, alpha: float, *, overlap: float = 0.0) -> int | None:
    """The fewest pairs whose interval reaches at most `half_width` to each side; None where no number does."""
    return _fewest(lambda n: critical(1 - alpha, n - 1) * sd * math.sqrt(1 / n + overlap) <= half_width)


def more_seeds(
    n: int, mean: float, sd: float, alpha: float, *, margin: float | None = None, overlap: float = 0.0
) -> tuple[int, int] | None:
    """How many seeds beyond n would decide: by the spread seen, and by its upper 80 % limit; None if hardly any would.

    Without a margin: enough to find the difference seen. With one: also what makes the interval as short as the
    margin, for then it leaves out zero or stays within the margin, whatever the truth.
    """
    found = []
    for spread in (sd, sd * upper_sd_factor(n)):
        ways = [seeds_for_power(mean / spread, alpha, overlap=overlap)]
        if margin is not None:
            ways.append(seeds_for_half_width(spread, margin / 2, alpha, overlap=overlap))
        found.append(min((way for way in ways if way is not None), default=None))
    low, high = found
    if low is None:
        return None
    return max(1, low - n), max(1, (MOST_SEEDS if high is None else high) - n)


def _fewest(enough: Callable[[int], bool]) -> int | None:
    low, high = 1, FEWEST_PAIRS
    while not enough(high):
        if high >= MOST_SEEDS:
            return None
        low, high = high, min(2 * high, MOST_SEEDS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if middle >= FEWEST_PAIRS and enough(middle) else (middle, high)
    return high
