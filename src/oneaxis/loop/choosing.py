"""Which study chose a winner, and whether it may be promoted from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hydra.core.override_parser.types import Override

from oneaxis.analysis.result import Row
from oneaxis.errors import NotPromoted
from oneaxis.loop.command_line import key_of
from oneaxis.loop.not_promoted import nowhere, refuse_verdict
from oneaxis.loop.past import PastStudy, measured_at
from oneaxis.loop.reference import Reference
from oneaxis.masking import MARKED, marked_override
from oneaxis.vocabulary import Deviation


@dataclass(frozen=True)
class Choice:
    """One change to promote, `text` as it is run; if forced without a study, `past`, `deviation` and `row` are None."""

    text: str
    change: Override
    past: PastStudy | None = None
    deviation: Deviation | None = None
    row: Row | None = None

    @property
    def key(self) -> str:
        return key_of(self.change)

    @property
    def shown(self) -> str:
        """The change as people may read it."""
        return (
            self.text if self.deviation is not None and self.deviation.kind == "group" else marked_override(self.text)
        )

    @property
    def name(self) -> str:
        return self.deviation.name if self.deviation is not None else self.shown.lstrip("+")


def choose(
    changes: Sequence[tuple[str, Override]], past: Sequence[PastStudy], reference: Reference, *, forced: bool
) -> tuple[Choice, ...]:
    """For each change the study at this reference that measured it on most seeds, the newest of equals.

    Raises
    ------
    NotPromoted
        If there is none, or it says anything but "better"; with `forced` neither stops.
    """
    return tuple(_choose(text, change, past, reference, forced=forced) for text, change in changes)


def config_of(changes: Sequence[tuple[str, Override]], past: Sequence[PastStudy]) -> str | None:
    """The primary config of the newest study that measured any of the changes."""
    for each in past:
        if any(each.deviation(change) is not None for _, change in changes):
            return each.config_name
    return None


def _choose(text: str, change: Override, past: Sequence[PastStudy], reference: Reference, *, forced: bool) -> Choice:
    config_name = reference.planned.config_name
    found = measured_at(change, past, reference.digest, config_name)
    if found is not None:
        each, deviation = found
        row = each.row(deviation)
        if not forced:
            refuse_verdict(each, marked_override(text), row)
        now = reference.typed(deviation)
        if MARKED.search(now):  # the value is the one that was typed
            now = "+" * (len(now) - len(now.lstrip("+"))) + text.lstrip("+")
        return Choice(now, change, each, deviation, row)
    if forced:
        return Choice(text, change)
    elsewhere = [each for each in past if each.deviation(change) and each.config_name in (None, config_name)]
    raise NotPromoted(nowhere(text, elsewhere, reference))
