"""`oneaxis findings`: what was tried, what it brought, and whether that still holds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from oneaxis.loop.cost import about
from oneaxis.loop.findings import STATES, Finding, declared_roles, gather_findings
from oneaxis.loop.reference import Reference, today
from oneaxis.report.table import signed
from oneaxis.report.terminal import console, note, say

GOOD = 0
SEEDS = 5
DIGITS = 4
REFERENCE = "now the reference"


def findings(options: argparse.Namespace) -> int:
    """Print the findings; with `--refresh` the study that measures the stale ones again."""
    terminal = console()
    past, reference = today(options)
    now = reference.planned.study.plan.reference
    assert now is not None
    found = gather_findings(
        past, reference.planned.config_name, reference.digest, now, declared_roles(reference.planned.master)
    )
    say(terminal, note(reference.planned.caution))
    say(terminal, f"Reference {reference.planned.name}, {reference.digest[:12]}")
    if not found:
        key = "KEY" if reference.planned.config_name else "+KEY"
        say(terminal, "Nothing was tried yet; sweep a key: " + reference.shown([f"{key}=VALUE,VALUE"]))
        return GOOD
    say(terminal, listing(found))
    stale = [each for each in found if each.state != "fresh" and not each.reference_now]
    if options.refresh:
        say(terminal, "\n" + _refresh(stale, reference))
    elif stale:
        say(terminal, "\nTo measure again what may be stale: oneaxis findings --refresh")
    return GOOD


def listing(found: Sequence[Finding]) -> str:
    """The findings by their state, then those that have become the reference."""
    lines = []
    width = max(len(each.text) for each in found)
    for state in (*STATES, REFERENCE):
        several = [each for each in found if (REFERENCE if each.reference_now else each.state) == state]
        if not several:
            continue
        lines.append(f"\n{state} ({len(several)}):")
        for each in sorted(several, key=lambda one: one.deviation.axis):
            effect = each.effect
            verdict = (each.row.verdict if each.row is not None else None) or "no verdict"
            shown = "" if effect is None else f"{signed(effect.mean, DIGITS)}, n {effect.n}"
            why = f"  {each.why}" if each.why and state != REFERENCE else ""
            times = f"  measured {each.times} times" if each.times > 1 else ""
            at = (each.past.reference_digest or "")[:7]
            lines.append(f"  {each.text:<{width}}  {verdict:<12}  {shown:<14}  at {at}{why}{times}")
    return "\n".join(lines)


def _refresh(stale: Sequence[Finding], reference: Reference) -> str:
    if not stale:
        return "Nothing is stale."
    axes: dict[str, list[str]] = {}
    for each in stale:
        key, _, value = reference.typed(each.deviation).partition("=")
        axes.setdefault(key, []).append(value)
    seeds = max([SEEDS, *(len(each.past.study.plan.seeds) for each in stale)])
    trials = (sum(map(len, axes.values())) + 1) * seeds
    spent = [each.row.seconds.mean for each in stale if each.row is not None and each.row.seconds is not None]
    swept = [f"{key}=choice({','.join(values)})" for key, values in axes.items()]
    line = reference.shown([*swept, *reference.seeds(seeds)])
    return f"To measure them again ({trials} trials{about(trials, spent)}):\n  {line}"
