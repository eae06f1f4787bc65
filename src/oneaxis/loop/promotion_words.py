"""What a promotion says: what it will run, what fresh seeds found, why it refuses."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from oneaxis.analysis.interaction import in_words
from oneaxis.analysis.result import Estimate, Row
from oneaxis.loop.choosing import Choice
from oneaxis.loop.confirming import Confirmed
from oneaxis.loop.cost import about
from oneaxis.loop.past import change_of
from oneaxis.loop.reference import Reference
from oneaxis.report.table import signed
from oneaxis.report.terminal import PLAIN_WIDTH

DIGITS = 4


def cost(choices: Sequence[Choice], reference: Reference, lines: Sequence[Sequence[str]], seeds: Sequence[int]) -> str:
    """How many trials on which seeds, and about how long they compute."""
    variants = len(choices) + 1 + (1 if len(lines) > 1 else 0)
    trials = variants * len(seeds)
    spent = [row.seconds.mean for choice in choices for row in _timed(choice) if row.seconds is not None]
    what = "the reference and the change" if len(choices) == 1 else "the reference, each change, and all together"
    shown = f"{seeds[0]}…{seeds[-1]}" if len(seeds) > 1 else str(seeds[0])
    where = (
        f"on {len(seeds)} fresh seeds ({reference.seed_key}={shown}), which chose nothing: {what}; "
        f"{trials} trials{about(trials, spent)}"
    )
    wrapped = textwrap.fill(where, PLAIN_WIDTH, initial_indent="  ", subsequent_indent="  ")
    return f"Promote {' '.join(choice.shown for choice in choices)} (reference {reference.digest[:12]})\n{wrapped}"


def confirmation(choices: Sequence[Choice], confirmed: Confirmed) -> str:
    """The estimates of the choosing study beside those of the fresh seeds."""
    metric = confirmed.comparison.metric or ""
    lines = ["", f"On fresh seeds, {metric}:"]
    rows = confirmed.singles or (confirmed.row,)
    for choice in choices:
        row = next((row for row in rows if change_of(row.name) == change_of(choice.name)), None)
        fresh = None if row is None else row.deltas.get(metric)
        chosen = None if choice.row is None else choice.row.deltas.get(metric)
        verdict = f"  {row.verdict}" if row is not None and len(choices) == 1 and row.verdict else ""
        lines.append(f"  {choice.shown}: {_shown(fresh)}{verdict}")
        if chosen is not None:
            kept = _shrinkage(chosen, fresh)
            lines.append(f"    when chosen: {_shown(chosen)}{kept}")
    if confirmed.singles:
        verdict = confirmed.row.verdict or "no verdict"
        lines.append(f"  together: {_shown(confirmed.row.deltas.get(metric))}  {verdict}")
        if confirmed.gap is not None:
            lines.append(f"    {in_words(confirmed.gap, DIGITS)}")
        else:
            lines.append("    whether the changes add up can't be told: the sizes of the split's parts aren't recorded")
    return "\n".join(lines)


def decision(choices: Sequence[Choice], confirmed: Confirmed) -> str:
    """Why nothing was promoted."""
    row = confirmed.row
    reason = f" ({row.reason})" if row.reason else ""
    more = ""
    if row.more_seeds is not None:
        low, high = row.more_seeds
        most = f" (up to {high})" if high > low else ""
        more = f"\nAbout {low} more seeds{most} would decide it: --seeds {row.planned + low}"
    names = " ".join(choice.shown for choice in choices)
    return (
        f"\nNot promoted: on fresh seeds `{names}` is {row.verdict or 'without a verdict'}{reason}; "
        f'nothing was changed.{more}\nTo promote it all the same: --force --reason "…"'
    )


def by_hand(choices: Sequence[Choice], why: str) -> str:
    """The edit that a person has to make."""
    lines = [
        f"\nThe winner is confirmed, but nothing was edited: {why}",
        "Make it the reference by hand, so that it composes:",
    ]
    lines += [f"  {choice.shown}" for choice in choices]
    return "\n".join(lines)


def _timed(choice: Choice) -> list[Row]:
    reference = None if choice.past is None else choice.past.comparison.reference
    return [row for row in (choice.row, reference) if row is not None]


def _shown(estimate: Estimate | None) -> str:
    if estimate is None:
        return "no value"
    text = signed(estimate.mean, DIGITS)
    if estimate.low is not None and estimate.high is not None:
        text += f" [{signed(estimate.low, DIGITS)}, {signed(estimate.high, DIGITS)}]"
    return f"{text} ({estimate.n} seed{'' if estimate.n == 1 else 's'})"


def _shrinkage(chosen: Estimate, fresh: Estimate | None) -> str:
    if fresh is None or chosen.mean == 0:
        return ""
    share = fresh.mean / chosen.mean
    if share < 0:
        return "; nothing of it is left"
    return f"; {share:.0%} of that is left" if share < 1 else "; it did not shrink"
