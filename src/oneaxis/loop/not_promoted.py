"""Why a change can't be promoted from where it was measured, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from oneaxis.analysis.result import Row
from oneaxis.errors import AppUnusable, NotPromoted
from oneaxis.loop.advice import short
from oneaxis.loop.app import plan_app
from oneaxis.loop.command_line import key_of, shown_line
from oneaxis.loop.past import (
    PastStudy,
    as_axis,
    parse_change,
    without_axes,
)
from oneaxis.loop.reference import Reference
from oneaxis.masking import marked_override, stands_in


def refuse_verdict(past: PastStudy, text: str, row: Row | None) -> None:
    """See to it that a change is better by its study.

    Raises
    ------
    NotPromoted
        If it isn't.
    """
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


def nowhere(text: str, elsewhere: Sequence[PastStudy], reference: Reference) -> str:
    """What to say of a change that no study measured at this reference; `elsewhere` are those at others."""
    shown = marked_override(text)
    measure = f"measure it first: {reference.shown([as_axis(text), *reference.seeds(5)])}"
    if not elsewhere:
        return f"no study measured `{shown}`; {measure}"
    last = elsewhere[0]
    shifts = [text for text in last.study.plan.shifted if text not in reference.app.given]
    if shifts:
        shifted = f"{last.folder.root} measured `{shown}` from a shifted reference ({' '.join(shifts)})"
        deletions = [shift for shift in shifts if shift.startswith("~")]
        if deletions:
            return f"{shifted}; a promotion deletes nothing: do {shlex.join(deletions)} by hand, and measure again"
        several = [shift for shift in shifts if not stands_in(shift) and _is_several_changes(shift, last, reference)]
        if several:
            return f"{shifted}; {_as_primary_config(several, shifts, reference)}"
        name = reference.app.config_name
        chosen = () if name is None else ("--config-name", name)
        return f"{shifted}; promote the shift first: {shown_line(['oneaxis', 'promote', *shifts, *chosen])}"
    return f"{last.folder.root} measured `{shown}` at another reference than today's; {measure}"


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
