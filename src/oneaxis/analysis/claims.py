"""Whether a published figure was reproduced.

The rule, fixed before anything is run:

- count: every run gives the published count, and where a confusion matrix is published, every cell of it:
  reproduced, else not reproduced.
- exact: every run lies within value ± tolerance: reproduced, else not reproduced.
- mean: the t interval of the mean over seeds (95 %) lies inside value ± tolerance: reproduced; overlaps it: close;
  lies outside: not reproduced. Fewer than three seeds give no interval.
- a trial without a result, a metric that isn't returned, or predictions that weren't kept: not comparable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from oneaxis.analysis.interval import t_interval
from oneaxis.analysis.result import Estimate, Health
from oneaxis.canonical import digest

Answer = Literal["reproduced", "close", "not reproduced", "not comparable"]
Matrix = tuple[tuple[int, ...], ...]

FEWEST = 3  # seeds that give an interval
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Claim:
    """A published figure. `of` is a count's whole.

    `seeds` are how many, counted up from the configuration's, or which; None: one run, where nothing is random.
    """

    name: str
    kind: Literal["count", "exact", "mean"]
    metric: str
    value: float
    source: str
    link: str = ""
    overrides: tuple[str, ...] = ()
    tolerance: float = 0.0
    of: int | None = None
    seeds: int | tuple[int, ...] | None = None
    confusion: Matrix | None = None

    @property
    def digest(self) -> str:
        """Changes with all that decides the answer; not with the source's wording."""
        deciding = ("kind", "metric", "value", "overrides", "tolerance", "of", "seeds", "confusion")
        return digest({name: getattr(self, name) for name in deciding})

    @property
    def published(self) -> str:
        if self.kind == "count":
            return f"{self.value:g}" + (f" of {self.of}" if self.of else "")
        return f"{self.value:g}" + (f" ± {self.tolerance:g}" if self.tolerance else "")


@dataclass(frozen=True)
class Run:
    """One trial's metric and confusion matrix; None where it has none. `failure` says why it has no result."""

    value: float | None
    confusion: Matrix | None = None
    failure: str = ""


@dataclass(frozen=True)
class Judged:
    """An answer with its reason in words, and the mean with its interval where seeds gave one."""

    claim: str
    answer: Answer
    reason: str
    estimate: Estimate | None = None


@dataclass(frozen=True)
class Standing:
    """Where a claim stands at the reference as it is now; `answer` None: not run yet at this one."""

    claim: str
    answer: Answer | None


def judge(claim: Claim, runs: Sequence[Run]) -> Judged:
    """Answer by the rule above."""
    failed = [run.failure for run in runs if run.failure]
    if failed or not runs:
        return _no(claim, f"{len(failed)} of {len(runs)} trials have no result: {next(iter(failed), 'nothing ran')}")
    values = [run.value for run in runs if run.value is not None]
    if len(values) < len(runs):
        return _no(claim, f"the task returns no metric {claim.metric}")
    if claim.kind == "mean":
        return _judge_mean(claim, values)
    off = [value for value in values if abs(value - claim.value) > claim.tolerance]
    measured = ", ".join(f"{value:.6g}" for value in dict.fromkeys(values))
    reason = f"{measured}, against {claim.published}"
    if off:
        return Judged(claim.name, "not reproduced", f"{reason} ({off[0] - claim.value:+.6g})")
    if claim.confusion is None:
        return Judged(claim.name, "reproduced", reason)
    return _judge_cells(claim, runs, claim.confusion, reason)


def standings(
    claims: Sequence[Claim], protocols: Mapping[str, str], answers: Sequence[tuple[str, str, Answer]]
) -> tuple[Standing, ...]:
    """Each claim's newest answer at the reference as it is now.

    `protocols` are the digests of the reference under each claim's overrides, by name; `answers` are (claim's
    digest, protocol's digest, answer), oldest first.
    """
    newest = {(claim, protocol): answer for claim, protocol, answer in answers}
    return tuple(Standing(claim.name, newest.get((claim.digest, protocols.get(claim.name, "")))) for claim in claims)


def claims_health(found: Sequence[Standing], command: str) -> Health | None:
    """One line on the reference's claims; None where it has none. `command` reproduces them."""
    if not found:
        return None
    done = [item.claim for item in found if item.answer == "reproduced"]
    if len(done) == len(found):
        return Health(f"claims: all {len(found)} reproduced" if len(found) > 1 else "claims: reproduced", good=True)
    rest = ", ".join(f"{item.claim} {item.answer or 'not run'}" for item in found if item.answer != "reproduced")
    if done:
        return Health(f"claims: {len(done)} of {len(found)} reproduced; {rest}", good=True)
    return Health(f"claims: none of {len(found)} reproduced at this reference ({rest}): {command}", good=False)


def _judge_mean(claim: Claim, values: Sequence[float]) -> Judged:
    if len(values) < FEWEST:
        return _no(claim, f"{len(values)} seeds give no interval; {FEWEST} or more do")
    estimate = t_interval(values, CONFIDENCE)
    assert estimate.low is not None  # three seeds or more
    assert estimate.high is not None
    low, high = claim.value - claim.tolerance, claim.value + claim.tolerance
    inside = low <= estimate.low and estimate.high <= high
    outside = estimate.high < low or high < estimate.low
    answer: Answer = "reproduced" if inside else "not reproduced" if outside else "close"
    interval = f"{estimate.mean:.4f} [{estimate.low:.4f}, {estimate.high:.4f}] over {len(values)} seeds"
    return Judged(claim.name, answer, f"{interval}, against {claim.published} [{low:.4f}, {high:.4f}]", estimate)


def _judge_cells(claim: Claim, runs: Sequence[Run], published: Matrix, reason: str) -> Judged:
    cells = sum(len(row) for row in published)
    for run in runs:
        if run.confusion is None:
            return _no(
                claim, "the task keeps no predictions (oneaxis.predictions), and a confusion matrix is published"
            )
        if len(run.confusion) != len(published):
            return _no(claim, f"{len(run.confusion)} classes were predicted, and {len(published)} are published")
        pairs = zip(run.confusion, published, strict=True)
        off = sum(mine != theirs for one, other in pairs for mine, theirs in zip(one, other, strict=True))
        if off:
            return Judged(claim.name, "not reproduced", f"{reason}; {off} of {cells} cells differ")
    return Judged(claim.name, "reproduced", f"{reason}; all {cells} cells of the confusion matrix equal")


def _no(claim: Claim, reason: str) -> Judged:
    return Judged(claim.name, "not comparable", reason)
