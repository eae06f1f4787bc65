"""`oneaxis lineage`: the chain of references with the gain of each step; undone singly with `--reverse`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from oneaxis.analysis.result import Row
from oneaxis.composing.text import to_text
from oneaxis.errors import CannotEdit, NotPromoted
from oneaxis.loop.app import run_app
from oneaxis.loop.cost import about
from oneaxis.loop.lineage import Step, read_lineage
from oneaxis.loop.past import PastStudy, as_axis, measured_at, parse_change, without_axes
from oneaxis.loop.reference import Reference, today
from oneaxis.masking import MARKED
from oneaxis.report.table import signed
from oneaxis.report.terminal import console, note, say

GOOD, NO = 0, 1
SEEDS = 5
DIGITS = 4


def lineage(options: argparse.Namespace) -> int:
    """Print the chain, draw it, or plan and run the study that undoes each step."""
    terminal = console()
    past, reference = today(options)
    conf = reference.planned.config_folder
    if conf is None or not reference.planned.config_name:
        raise CannotEdit("the configuration isn't in files of a folder, so it has no lineage")
    say(terminal, note(reference.planned.caution))
    steps = read_lineage(conf, reference.planned.config_name)
    if not steps:
        say(terminal, f"No promotion yet: {conf / 'lineage.yaml'} names no step of {reference.planned.config_name}.")
        return GOOD
    say(terminal, chain(steps, reference.digest))
    if options.plot is not None:
        from oneaxis.report.lineage_plot import draw  # noqa: PLC0415 - matplotlib takes seconds to load

        draw(steps, options.plot)
        say(terminal, f"\nPlot: {options.plot}")
    if options.reverse or options.run_it:
        return _reverse(options, steps, reference, past)
    return GOOD


def chain(steps: Sequence[Step], digest: str) -> str:
    """Two lines a step; edits by hand show as lines of their own."""
    lines: list[str] = []
    total, known = 0.0, steps[0].parent
    for number, step in enumerate(steps, 1):
        if step.parent != known:
            lines.append(f"   edited by hand → {step.parent[:7]}")
        total += step.gain or 0.0
        lines.append(f"{number}  {' '.join(step.change)}   ({step.time[:10]}, {step.parent[:7]} → {step.child[:7]})")
        gain = "not measured" if step.gain is None else signed(step.gain, DIGITS) + _interval(step)
        value = step.values.get("promoted")
        reached = "" if value is None else f"; {step.metric} {value:.{DIGITS}f}"
        lines.append(f"     gain {gain} on {len(step.seeds)} fresh seeds; sum {signed(total, DIGITS)}{reached}")
        if step.forced is not None:
            lines.append(f"     forced: {step.forced}")
        known = step.child
    if known != digest:
        lines.append(f"   edited by hand since → {digest[:7]}: no promotion made today's reference")
    return "\n".join(lines)


def undoing(steps: Sequence[Step]) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """For each key that a step changed, the step's number and the override that undoes it; and what can't be undone."""
    axes: dict[str, tuple[int, str]] = {}
    kept: list[str] = []
    for number, step in enumerate(steps, 1):
        for key, before in step.before.items():
            if before == "(absent)":
                kept.append(f"step {number} added {key}: a sweep can't take a key away")
            elif before == "???":
                kept.append(f"step {number} gave {key} its first value: a sweep can't leave it open again")
            elif MARKED.search(str(before)):
                kept.append(
                    f"step {number} changed {key}, a secret, and no lineage keeps what it was: {key}=choice(VALUE)"
                )
            else:
                axes[key] = (number, f"{key}={'null' if before == 'null' else to_text(before)}")
    return axes, kept


def _reverse(
    options: argparse.Namespace, steps: Sequence[Step], reference: Reference, past: Sequence[PastStudy]
) -> int:
    terminal = console()
    axes, kept = undoing(steps)
    for text in kept:
        say(terminal, f"note: {text}")
    if not axes:
        return GOOD
    seeds = max([SEEDS, *(len(step.seeds) for step in steps)])
    line = [*(as_axis(text) for _, text in axes.values()), *reference.seeds(seeds)]
    trials = (len(axes) + 1) * seeds
    spent = [
        each.comparison.reference.seconds.mean
        for each in past
        if each.comparison.reference is not None and each.comparison.reference.seconds is not None
    ]
    say(
        terminal,
        f"\nUndoing each step singly ({trials} trials{about(trials, spent[:1])}):\n  {reference.shown(line)}",
    )
    if options.run_it:
        ran = run_app(reference.app, [*without_axes(reference.settings), *line])
        if ran.folder is None or ran.status != 0:
            raise NotPromoted(f"the study that undoes the steps ended with exit status {ran.status}")
        past = [PastStudy(ran.folder, ran.folder.read_study()), *past]
    measured = [
        (number, text, row) for number, text in axes.values() if (row := _measured(text, past, reference)) is not None
    ]
    for number, text, row in measured:
        say(terminal, f"step {number}, {' '.join(steps[number - 1].change)}: {_meaning(text, row)}")
    return GOOD


def _measured(text: str, past: Sequence[PastStudy], reference: Reference) -> Row | None:
    found = measured_at(parse_change(text), past, reference.digest, reference.planned.config_name)
    return None if found is None else found[0].row(found[1])


def _meaning(text: str, row: Row) -> str:
    if row.verdict == "worse":
        return f"still helps ({text} is worse)"
    if row.verdict == "better":
        return f"no longer helps: undoing it is better; oneaxis promote {text}"
    return f"no longer shown to help: {text} is {row.verdict or 'without a verdict'}"


def _interval(step: Step) -> str:
    low, high = step.effect.get("low"), step.effect.get("high")
    if low is None or high is None:
        return ""
    if step.direction == "minimize":
        low, high = -high, -low
    return f" [{signed(low, DIGITS)}, {signed(high, DIGITS)}]"
