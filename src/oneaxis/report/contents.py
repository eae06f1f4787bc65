"""What a report is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oneaxis.analysis.result import Comparison, Row
from oneaxis.vocabulary import Record, Study


@dataclass(frozen=True)
class Curve:
    """One metric over a row's seeds: at each step the mean, and the least and the greatest value."""

    steps: Sequence[int]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    seeds: int


@dataclass(frozen=True)
class Flips:
    """Examples of one class that a deviation predicts otherwise than the reference, over the paired seeds."""

    label: str
    gained: int  # wrong in the reference, right in the deviation
    lost: int


@dataclass(frozen=True)
class Contents:
    """A study, what its records say, and what the report adds: everything by a row's name.

    `sentences` are the verdicts in words. `curves` are by row and metric, `flips` by row.
    """

    study: Study
    comparison: Comparison
    records: Mapping[int, Record]
    command: str
    sentences: Mapping[str, str] = field(default_factory=dict)
    curves: Mapping[str, Mapping[str, Curve]] = field(default_factory=dict)
    flips: Mapping[str, Sequence[Flips]] = field(default_factory=dict)

    @property
    def trials(self) -> int:
        """How many the study needed: adaptive ones plan more than that."""
        return len(self.study.plan.trials) - self.comparison.not_needed

    @property
    def reference(self) -> Row | None:
        return self.comparison.reference
