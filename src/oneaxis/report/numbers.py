"""Numbers as people read them: digits, signs, intervals, times (pure)."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable

from oneaxis.analysis.result import Comparison, Estimate, Row

MOST_DIGITS = 10  # decimals, however small a metric is
_SHARES = frozenset(
    "accuracy acc precision recall f1 auc auroc ap map iou dice specificity sensitivity error err wer cer".split()  # noqa: SIM905
)


def signed(value: float, digits: int) -> str:
    """A difference with its sign, in real minus signs; a rounded zero has none."""
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return f"{0:.{digits}f}"
    return text.replace("-", "−")


def number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


def duration(seconds: float) -> str:
    """A time people can read: 0.05 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 9.95:  # noqa: PLR2004 - two digits are enough
        return f"{seconds:.2g} s" if seconds >= 0.01 else f"{seconds:.3f} s"  # noqa: PLR2004
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{whole} s"


def with_half_width(value: Estimate, digits: int) -> str:
    """`0.982 ± 0.012`; the mean alone where there is no interval."""
    shown = number(value.mean, digits)
    return shown if value.low is None else f"{shown} ± {number(value.mean - value.low, digits)}"


def with_interval(value: Estimate, digits: int) -> str:
    """`+0.012 [+0.003, +0.021]`; the mean alone where there is no interval."""
    shown = signed(value.mean, digits)
    if value.low is None or value.high is None:
        return shown
    return f"{shown} [{signed(value.low, digits)}, {signed(value.high, digits)}]"


def ratio(value: Estimate) -> str:
    """`× 1.2`."""
    return f"× {value.mean:.2g}" if value.mean < 99.5 else f"× {value.mean:.0f}"  # noqa: PLR2004 - no exponents


def decimals(comparison: Comparison, metric: str | None, rows: Iterable[Row]) -> int:
    """Decimals that show two digits of the usual interval; without intervals, four of the largest value."""
    halves = [
        delta.high - delta.mean
        for row in rows
        if metric and (delta := row.deltas.get(metric)) is not None and delta.high is not None
    ]
    widths = [half for half in halves if half > 0 and math.isfinite(half)]
    if widths:
        return min(MOST_DIGITS, max(0, 1 - math.floor(math.log10(statistics.median(widths)))))
    own = [row for row in (comparison.reference, *comparison.rows) if row is not None]
    top = max((abs(row.metrics[metric].mean) for row in own if metric and metric in row.metrics), default=1.0)
    if top == 0 or not math.isfinite(top):
        return 4
    return min(MOST_DIGITS, max(0, 3 - math.floor(math.log10(top))))


def in_points(comparison: Comparison, metric: str) -> bool:
    """Whether a metric is a share that people call in points: by its name, and with every mean from 0 to 1."""
    words = re.split(r"[^a-z0-9]+", metric.lower())
    own = [row for row in (comparison.reference, *comparison.rows) if row is not None]
    means = [row.metrics[metric].mean for row in own if metric in row.metrics]
    return any(word in _SHARES for word in words) and bool(means) and all(0 <= mean <= 1 for mean in means)
