"""Whether winners add up: the combination of several changes beside the sum of each alone (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oneaxis.analysis.interval import t_interval
from oneaxis.analysis.metrics import Direction
from oneaxis.analysis.result import Estimate

Values = Mapping[int | None, float]  # a metric by seed


@dataclass(frozen=True)
class Interaction:
    """`gap` is the mean over seeds of C − ΣA + (p − 1)R; positive: the combination has more than the sum."""

    gap: Estimate
    parts: int
    direction: Direction | None

    @property
    def found(self) -> bool:
        return self.gap.low is not None and self.gap.high is not None and not self.gap.low <= 0 <= self.gap.high


def interaction(
    reference: Values,
    singles: Sequence[Values],
    combination: Values,
    *,
    confidence: float = 0.95,
    direction: Direction | None = None,
    overlap: float = 0.0,
) -> Interaction | None:
    """The additivity gap per seed and its one-sample t interval; None where no seed has all values.

    All values must come from seeds that chose nothing: on the choosing seeds the singles are too high, and a gap is
    "found" in a tenth of all additive pairs.
    """
    shared = [seed for seed in reference if seed in combination and all(seed in values for values in singles)]
    if not shared:
        return None
    gaps = [
        combination[seed] - sum(values[seed] for values in singles) + (len(singles) - 1) * reference[seed]
        for seed in shared
    ]
    return Interaction(t_interval(gaps, confidence, overlap=overlap, method="t"), len(singles), direction)


def in_words(found: Interaction, digits: int = 4) -> str:
    """`together 0.0031 less than the sum: they interact`, or what can't be excluded."""
    gap = found.gap
    if gap.low is None or gap.high is None:
        return f"gap between the combination and the sum {gap.mean:+.{digits}f}: one seed can't tell"
    if not found.found:
        bound = max(abs(gap.low), abs(gap.high))
        return f"no gap detected; up to ±{bound:.{digits}f} not excluded ({gap.n} seeds)"
    size = f"{abs(gap.mean):.{digits}f}"
    interval = f"[{gap.low:+.{digits}f}, {gap.high:+.{digits}f}]"
    gains_less = gap.mean > 0 if found.direction == "minimize" else gap.mean < 0
    if found.direction is None:
        word = f"{size} {'less' if gap.mean < 0 else 'more'} than the sum"
    elif gains_less:
        word = f"a gain {size} less than the sum of the gains"
    else:
        word = f"a gain {size} more than the sum of the gains"
    return f"together {word}: they interact (gap {interval}, {gap.n} seeds)"
