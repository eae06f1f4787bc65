"""What a comparison says, as frozen values; renderers read them, nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from oneaxis.analysis.examples import Flips
from oneaxis.analysis.metrics import Direction
from oneaxis.vocabulary import Change, Record, Trial

Verdict = Literal[
    "better",
    "worse",
    "higher",  # better or worse, where no direction is known
    "lower",
    "equivalent",
    "inconclusive",
    "identical",
    "outside",  # of the reference's noise band: too few pairs for more
    "inside",
    "no verdict",
    "failed",
    "missing",
    "not comparable",
]


@dataclass(frozen=True)
class Estimate:
    """A mean over n values with its interval.

    `sd` is None below two values; `low` and `high` are None where no interval can be given. `confidence` is that
    of this interval alone (0.99375 for one of eight at 0.95 family-wise), `method` its name.
    """

    n: int
    mean: float
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    method: str = ""


@dataclass(frozen=True)
class Pair:
    """One seed's values of the deciding metric, and the trials that gave them."""

    seed: int | None
    reference: float
    deviation: float
    reference_trial: int
    deviation_trial: int

    @property
    def delta(self) -> float:
        return self.deviation - self.reference


@dataclass(frozen=True)
class Guardrail:
    """A metric with a limit, and whether the row keeps it (None: it can't be told)."""

    metric: str
    limit: float
    value: float | None
    kept: bool | None


@dataclass(frozen=True)
class Row:
    """The reference (`axis` None) or one deviation over its seeds.

    `metrics` are its own values; `deltas` are differences deviation − reference per metric. `verdict` follows from
    the deciding metric's delta alone; `by_margin` says that even the interval's near end is beyond the margin.
    `reason` is one clause on why the verdict isn't more ("2 of 5 seeds failed"). `bound` is the smallest margin at
    which the row would be equivalent. `more_seeds` is how many more would decide it, as a range. `seconds_ratio` is
    the time beside the reference's (1: as long). `obstacles` are second differences that forbid a comparison.
    """

    name: str
    axis: str | None
    before: str
    value: str
    planned: int
    finished: int
    failed: int
    refused: int
    metrics: Mapping[str, Estimate] = field(default_factory=dict)
    deltas: Mapping[str, Estimate] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    verdict: Verdict | None = None
    by_margin: bool = False
    reason: str = ""
    bound: float | None = None
    more_seeds: tuple[int, int] | None = None
    seconds: Estimate | None = None
    seconds_ratio: Estimate | None = None
    phases: Mapping[str, Estimate] = field(default_factory=dict)
    phase_ratios: Mapping[str, Estimate] = field(default_factory=dict)
    guardrails: tuple[Guardrail, ...] = ()
    obstacles: tuple[Change, ...] = ()
    remarks: tuple[str, ...] = ()
    not_needed: int = 0  # planned seeds that an adaptive study could save
    flips: Flips | None = None  # rows that flipped, where one run each was compared example by example
    p_adjusted: float | None = None  # Holm's, where it was asked for

    @property
    def missing(self) -> int:
        return self.planned - self.finished - self.failed - self.refused - self.not_needed


@dataclass(frozen=True)
class Band:
    """The reference's noise band: where one more run of it would fall, by a t prediction interval."""

    n: int
    mean: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True)
class Health:
    """One line on whether the study can be trusted; `good` False where it needs the reader's eye."""

    text: str
    good: bool


@dataclass(frozen=True)
class Comparison:
    """What the records say. `metric` decides, in `direction`; other metrics are shown.

    `k` is the number of intervals that hold together at `confidence`. `pairing` says how differences were taken.
    `pair_deltas` are per trial and metric. `saved` is how many runs an adaptive study did without, `looks` are the
    numbers of seeds at which it looked.
    """

    metric: str | None
    direction: Direction | None
    metrics: tuple[str, ...]
    reference: Row | None
    rows: tuple[Row, ...]
    pair_deltas: Mapping[int, Mapping[str, float]]
    unusable: tuple[tuple[Trial, Record | None], ...]
    confidence: float = 0.95
    k: int = 1
    margin: float | None = None
    pairing: Literal["paired", "unpaired"] = "paired"
    band: Band | None = None
    health: tuple[Health, ...] = ()
    saved: int = 0
    looks: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def not_needed(self) -> int:
        """How many planned trials an adaptive study could do without."""
        return sum(row.not_needed for row in (self.reference, *self.rows) if row is not None)

    @property
    def seeds(self) -> int:
        """The most seeds that any row has."""
        return max((row.planned for row in (self.reference, *self.rows) if row is not None), default=0)
