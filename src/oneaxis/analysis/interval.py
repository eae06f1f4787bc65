"""Means and their t intervals: paired, Welch's, for overlapping splits, for one more run, for ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from oneaxis.analysis.result import Band, Estimate

NO_SPREAD = 1e-12  # of the compared values' size: what is left of equal differences after rounding


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """Sample standard deviation of two or more values."""
    center = mean(values)
    return math.sqrt(math.fsum((value - center) ** 2 for value in values) / (len(values) - 1))


@lru_cache(maxsize=4096)
def critical(confidence: float, freedom: float) -> float:
    """The t value that two-sided intervals at `confidence` reach out to, in standard errors."""
    from scipy.special import stdtrit  # noqa: PLC0415 - loaded where it counts: plans and jobs go without

    # The lower tail: near 1 the upper one has lost its digits.
    return -float(stdtrit(freedom, (1 - confidence) / 2))


def describe(values: Sequence[float]) -> Estimate | None:
    """Mean and spread without an interval; None of nothing."""
    if not values:
        return None
    return Estimate(len(values), mean(values), deviation(values) if len(values) > 1 else None)


def t_interval(values: Sequence[float], confidence: float, *, overlap: float = 0.0, method: str = "t") -> Estimate:
    """The t interval of a mean; for differences by seed this is the paired t interval.

    `overlap` is the number of held-out examples over that of training examples where each value comes from a split
    of its own: the variance of the mean is then (1/n + overlap) s², for the training parts overlap (Nadeau and
    Bengio 2003, doi:10.1023/A:1024068626366).
    """
    n, center = len(values), mean(values)
    if n < 2:  # noqa: PLR2004 - one value has no spread
        return Estimate(n, center)
    sd = deviation(values)
    half = critical(confidence, n - 1) * sd * math.sqrt(1 / n + overlap)
    return Estimate(n, center, sd, center - half, center + half, confidence, method)


def welch_interval(values: Sequence[float], reference: Sequence[float], confidence: float) -> Estimate:
    """Welch's interval of mean(values) − mean(reference), for runs that share no seeds; n is the smaller count.

    `sd` is what a difference of two single runs would have.
    """
    n, m = len(values), len(reference)
    center = mean(values) - mean(reference)
    if min(n, m) < 2:  # noqa: PLR2004 - one value has no spread
        return Estimate(min(n, m), center)
    one, other = deviation(values) ** 2, deviation(reference) ** 2
    sd, error = math.sqrt(one + other), math.sqrt(one / n + other / m)
    if error == 0:
        return Estimate(min(n, m), center, sd, center, center, confidence, "Welch t")
    freedom = (one / n + other / m) ** 2 / ((one / n) ** 2 / (n - 1) + (other / m) ** 2 / (m - 1))
    half = critical(confidence, freedom) * error
    return Estimate(min(n, m), center, sd, center - half, center + half, confidence, "Welch t")


def noise_band(reference: Sequence[float], confidence: float) -> Band | None:
    """Where one more run of the reference would fall; None below three runs of it."""
    m = len(reference)
    if m < 3:  # noqa: PLR2004 - from two runs the band is 15 standard deviations wide on each side
        return None
    center = mean(reference)
    half = critical(confidence, m - 1) * deviation(reference) * math.sqrt(1 + 1 / m)
    return Band(m, center, center - half, center + half, confidence)


def ratio_interval(values: Sequence[float], reference: Sequence[float], confidence: float) -> Estimate | None:
    """The geometric mean of value / reference, pair by pair, with the t interval of its logarithm."""
    pairs = [(one, other) for one, other in zip(values, reference, strict=True) if one > 0 and other > 0]
    if not pairs:
        return None
    found = t_interval([math.log(one / other) for one, other in pairs], confidence)
    low, high = found.low, found.high
    return Estimate(
        found.n,
        math.exp(found.mean),
        None,
        None if low is None else math.exp(max(low, -700)),
        None if high is None else math.exp(min(high, 700)),
        found.confidence,
        "paired t of logarithms",
    )


def without_spread(differences: Sequence[float], values: Sequence[float]) -> bool:
    """Whether differences of `values` are all the same but for rounding: then nothing tells how they vary."""
    size = max((abs(value) for value in values), default=0.0)
    return max(differences) - min(differences) <= NO_SPREAD * size


def p_value(estimate: Estimate, *, overlap: float = 0.0) -> float | None:
    """The two-sided p value of no difference, by the paired t test; None without spread."""
    from scipy.special import stdtr  # noqa: PLC0415 - as in critical

    if estimate.sd is None or estimate.sd == 0:
        return None
    t = estimate.mean / (estimate.sd * math.sqrt(1 / estimate.n + overlap))
    return float(2 * stdtr(estimate.n - 1, -abs(t)))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p values (1979), in the order given."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    top = 0.0
    for rank, index in enumerate(order):
        top = max(top, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = top
    return tuple(adjusted)
