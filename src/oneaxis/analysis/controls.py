"""Controls: could the experiment see a change, and does it see none where there is none?

`repeat` runs the reference's first seed again. `bite` is a change that must hurt: if it doesn't register, a null result
says nothing about its axis. `placebo` is a change that must do nothing: if it moves the metric, so may anything. Their
intervals have the plain confidence and count for no verdict's level, since they make no claim about any axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from oneaxis.analysis.conclusion import Evidence, Terms, difference, same_outputs
from oneaxis.analysis.interval import describe, noise_band
from oneaxis.analysis.result import Estimate, Health, Row, Verdict
from oneaxis.analysis.verdict import FEWEST_PAIRS, beside_band, decide
from oneaxis.vocabulary import Control, ControlKind

BLIND = "the experiment could not see: its bite didn't register"
NULL = ("inconclusive", "equivalent", "inside")


class _Told(Protocol):
    def __call__(self, text: str, *, held: bool | None) -> Answer: ...


@dataclass(frozen=True)
class Answer:
    """What a control says, in words. `held`: as it must be; None where its runs can't tell."""

    kind: ControlKind
    text: str
    held: bool | None

    @property
    def health(self) -> Health:
        return Health(self.text, good=bool(self.held))


def answer(control: Control, evidence: Evidence, terms: Terms) -> Answer:
    """Judge one control by its pairs with the reference."""

    def told(text: str, *, held: bool | None) -> Answer:
        return Answer(control.kind, f"{control.name}: {text}", held)

    if not evidence.comparable:
        lost = next((record.status for record in evidence.found if record.status != "finished"), "missing")
        lost = "not comparable with the reference" if evidence.matches else lost
        return told(f"{lost}, so it shows nothing", held=None)
    if control.kind == "repeat":
        return _repeat(evidence, terms, told)
    estimate = None if terms.metric is None else difference(evidence, terms.metric, terms, terms.plain)
    identical = all(map(same_outputs, evidence.comparable))
    moved = "identical" if identical else _moved(evidence, terms, estimate)
    if moved is None:
        return told(f"{_few(estimate)} can't tell", held=None)
    text, held = (_bite if control.kind == "bite" else _placebo)(moved, _size(estimate, terms))
    return told(text, held=held)


def _bite(moved: Verdict, size: str) -> tuple[str, bool]:
    if moved == "identical":
        return "every output is equal, bit for bit", False
    registers = moved in ("worse", "lower", "higher")
    return (f"registers ({size})" if registers else f"didn't register ({size})"), registers


def _placebo(moved: Verdict, size: str) -> tuple[str, bool]:
    if moved == "identical":
        return "does nothing, bit for bit", True
    if moved in ("inconclusive", "inside"):
        return f"does nothing that can be seen ({size})", True
    return f"moves the metric ({size}), and it must not: so may anything", False


def blinded(rows: Sequence[Row], answers: Sequence[Answer]) -> list[Row]:
    """The rows, null results without a claim where the bite didn't register."""
    if not any(one.kind == "bite" and one.held is False for one in answers):
        return list(rows)
    return [
        replace(row, verdict="inconclusive" if row.verdict == "equivalent" else row.verdict, reason=BLIND)
        if row.verdict in NULL
        else row
        for row in rows
    ]


def _repeat(evidence: Evidence, terms: Terms, told: _Told) -> Answer:
    [match] = evidence.comparable
    if same_outputs(match):
        return told("the same bits", held=True)
    metric = terms.metric or ""
    if metric not in match.reference.metrics or metric not in match.deviation.metrics:
        return told("not the same bits", held=False)
    apart = abs(match.deviation.metrics[metric] - match.reference.metrics[metric])
    if not apart:
        return told(f"the same {metric}, other bits beside it", held=False)
    spread = describe(list(terms.reference))
    beside = f", {apart / spread.sd:.2g} × what seeds move it" if spread is not None and spread.sd else ""
    return told(f"{metric} is {apart:.2g} apart at the same seed{beside}", held=False)


def _moved(evidence: Evidence, terms: Terms, estimate: Estimate | None) -> Verdict | None:
    """The verdict at the plain level; with few pairs beside the reference's noise band, None without one."""
    if estimate is None or terms.metric is None:
        return None
    if estimate.n >= FEWEST_PAIRS:
        return decide(estimate, None, terms.direction)[0]
    band = noise_band(terms.reference, terms.plain)
    own = describe([match.deviation.metrics[terms.metric] for match in evidence.comparable])
    if band is None or own is None:
        return None
    place = beside_band(own.mean, band)
    if place == "inside":
        return place
    up = own.mean > band.high
    if terms.direction is None:
        return "higher" if up else "lower"
    return "better" if up == (terms.direction == "maximize") else "worse"


def _few(estimate: Estimate | None) -> str:
    if estimate is None:
        return "a control without the metric"
    return "one run each" if estimate.n == 1 else f"{estimate.n} runs each"


def _size(estimate: Estimate | None, terms: Terms) -> str:
    if estimate is None:
        return "no metric"
    interval = "" if estimate.low is None else f" [{estimate.low:+.2g}, {estimate.high:+.2g}]"
    return f"{terms.metric} {estimate.mean:+.2g}{interval}".replace("-", "−")
