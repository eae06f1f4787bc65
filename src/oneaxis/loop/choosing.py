"""Which study chose a winner, and whether it may be promoted from there."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra.core.override_parser.types import Override

from oneaxis.analysis.result import Row
from oneaxis.errors import AppUnusable, NotPromoted
from oneaxis.loop.advice import short
from oneaxis.loop.app import App, Planned, find_app, plan_app, plan_filled
from oneaxis.loop.command_line import key_of
from oneaxis.loop.past import (
    PastStudy,
    as_axis,
    last_like,
    measured_at,
    parse_change,
    past_studies,
    typed,
    without_axes,
)
from oneaxis.planning.remarks import value_at
from oneaxis.vocabulary import ABSENT, Deviation, split_key


@dataclass(frozen=True)
class Choice:
    """One change to promote. Without a study (a forced promotion) `past`, `deviation` and `row` are None."""

    text: str
    change: Override
    past: PastStudy | None = None
    deviation: Deviation | None = None
    row: Row | None = None

    @property
    def key(self) -> str:
        return key_of(self.change)

    @property
    def name(self) -> str:
        return self.deviation.name if self.deviation is not None else self.text.lstrip("+")


@dataclass(frozen=True)
class Reference:
    """The reference as it is now."""

    planned: Planned
    settings: tuple[str, ...] = ()  # of the study that it was taken from, as they are typed

    @property
    def app(self) -> App:
        return self.planned.app

    @property
    def digest(self) -> str:
        return self.planned.study.plan.trials[0].digest

    @property
    def seed_key(self) -> str:
        return self.planned.study.plan.seed_key

    def seeds(self, count: int) -> list[str]:
        """What asks for so many; nothing where the configuration has no seed to count from."""
        return [] if self.planned.study.plan.seeds == (None,) else [f"hydra.sweeper.seeds={count}"]

    def typed(self, deviation: Deviation) -> str:
        """A deviation as it is typed now: a key that its study had to add may have come into the configuration."""
        now = self.planned.study.plan.reference
        there = now is not None and (
            deviation.axis in now.choices or value_at(now.config, split_key(deviation.axis)) is not ABSENT
        )
        return deviation.name if there else typed(deviation)

    def shown(self, overrides: Sequence[str]) -> str:
        """A study of it as a line to copy into a shell."""
        return self.app.shown([*self.settings, *overrides])


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


def reference_now(given: str | None, here: Path, config_name: str | None, past: PastStudy | None) -> Reference:
    """The reference that the app composes now, by a dry run of it under a past study's settings."""
    settings, told = ((), ()) if past is None else (past.kept_settings(), past.told)
    app = find_app(given, here, config_name=config_name)
    return Reference(plan_filled(app, without_axes(settings), told), settings)


def today(options: argparse.Namespace) -> tuple[tuple[PastStudy, ...], Reference]:
    """What was measured so far, newest first, and the reference as it is now: where a command of the loop stands."""
    app = find_app(options.app, Path.cwd(), config_name=options.config_name)
    past = past_studies(app.cwd)
    config = options.config_name or next((each.config_name for each in past), None)
    return past, reference_now(options.app, Path.cwd(), config, last_like(config, past))


def _choose(text: str, change: Override, past: Sequence[PastStudy], reference: Reference, *, forced: bool) -> Choice:
    config_name = reference.planned.config_name
    found = measured_at(change, past, reference.digest, config_name)
    if found is not None:
        each, deviation = found
        row = each.row(deviation)
        if not forced:
            _refuse_verdict(each, text, row)
        return Choice(reference.typed(deviation), change, each, deviation, row)
    if forced:
        return Choice(text, change)
    elsewhere = [each for each in past if each.deviation(change) and each.config_name in (None, config_name)]
    raise NotPromoted(_nowhere(text, elsewhere, reference))


def _refuse_verdict(past: PastStudy, text: str, row: Row | None) -> None:
    if row is None or row.verdict == "better":
        return
    reason = f" ({row.reason})" if row.reason else ""
    undirected = row.verdict in ("higher", "lower")
    fix = (
        "say which way is better, hydra.sweeper.policy.direction=maximize, and run the study again"
        if undirected
        else 'to promote it all the same: --force --reason "…"'
    )
    verdict = f"is {row.verdict}" if row.verdict not in (None, "no verdict") else "has no verdict"
    raise NotPromoted(f"`{text}` {verdict}{reason} in {short(past.folder.root)}; {fix}")


def _nowhere(text: str, elsewhere: Sequence[PastStudy], reference: Reference) -> str:
    measure = f"measure it first: {reference.shown([as_axis(text), *reference.seeds(5)])}"
    if not elsewhere:
        return f"no study measured `{text}`; {measure}"
    last = elsewhere[0]
    shifts = [text for text in last.study.plan.shifted if text not in reference.app.given]
    if shifts:
        shifted = f"{last.folder.root} measured `{text}` from a shifted reference ({' '.join(shifts)})"
        deletions = [shift for shift in shifts if shift.startswith("~")]
        if deletions:
            return f"{shifted}; a promotion deletes nothing: do {shlex.join(deletions)} by hand, and measure again"
        several = [shift for shift in shifts if _is_several_changes(shift, last, reference)]
        if several:
            return f"{shifted}; {_as_primary_config(several, shifts, reference)}"
        name = reference.app.config_name
        chosen = "" if name is None else f" --config-name {shlex.quote(name)}"
        return f"{shifted}; promote the shift first: oneaxis promote {shlex.join(shifts)}{chosen}"
    return f"{last.folder.root} measured `{text}` at another reference than today's; {measure}"


def _is_several_changes(shift: str, past: PastStudy, reference: Reference) -> bool:
    """Whether it is an option, an experiment file say, that no study could measure as one change."""
    plan = past.study.plan
    if plan.reference is None or key_of(parse_change(shift)) not in plan.reference.choices:
        return False
    try:
        plan_app(reference.app, [*without_axes(reference.settings), as_axis(shift)])
    except AppUnusable as error:
        return "can't be told apart" in error.reason
    return False


def _as_primary_config(options: Sequence[str], shifts: Sequence[str], reference: Reference) -> str:
    base = reference.planned.config_name.removesuffix(".yaml")
    added = [": ".join(option.lstrip("+").split("=", 1)) for option in options if option.startswith("+")]
    # Hydra wants what is overridden behind all that is added.
    overridden = ["override " + ": ".join(option.split("=", 1)) for option in options if not option.startswith("+")]
    defaults = ", ".join([base, *added, *overridden, "_self_"])
    rest = [shift for shift in shifts if shift not in options]
    beside = f" and beside them {' '.join(rest)}" if rest else ""
    named = " and ".join(f"`{option}`" for option in options)
    return (
        f"{named} can't be promoted, it isn't one change; give it a primary config of its own, NAME.yaml with "
        f"`defaults: [{defaults}]`{beside}, and study that: --config-name NAME"
    )
