"""The plan, the table and what to do next, for a terminal."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table as RichTable
from rich.text import Text

from oneaxis.planning.refusal import show, shown
from oneaxis.report.output import output
from oneaxis.report.table import Table
from oneaxis.vocabulary import Change, Deviation, Plan

PLAIN_WIDTH = 80
LEFT = ("", "axis", "change", "verdict")
FOLDS = ("axis", "change")
COLOURS = {"+": "green", "−": "red", "!": "red", "x": "magenta", "…": "magenta", "≡": "yellow"}  # marks


def console() -> Console:
    """A console for standard output: 80 columns and no control characters where it isn't a terminal."""
    made = Console(file=output(sys.stdout), highlight=False, soft_wrap=False)
    if not made.is_terminal:
        made = Console(file=output(sys.stdout), highlight=False, width=PLAIN_WIDTH, no_color=True)
    return made


def say(terminal: Console, text: str) -> None:
    """Print text as it is: no markup, no wrapping, so that commands and links can be copied."""
    if text:
        terminal.print(Text(text), soft_wrap=True)


def note(text: str) -> str:
    """What is said before an answer, of what it rests on; nothing where there is nothing to say."""
    return f"note: {text}" if text else ""


def plan_view(plan: Plan, *, heading: str) -> RenderableType:
    """Each deviation's single change, what follows, what was dropped."""
    parts: list[RenderableType] = [Text(heading, style="bold")]
    parts.extend(paragraph(f"shifted: the reference is moved by {text}", 2) for text in plan.shifted)
    for deviation in plan.deviations:
        parts.extend(_deviation_view(deviation))
    for control in plan.controls:
        what = "the reference's first seed again" if control.change is None else _change_of(control.change)
        parts.append(paragraph(f"control, {control.kind}: {what}", 2))
    if plan.reference is None:
        names = dict.fromkeys(trial.deviation or "the configuration as it is" for trial in plan.trials)
        parts.extend(paragraph(name, 2) for name in names)
    parts.extend(paragraph(f"dropped: {dropped.name} {dropped.reason}", 2) for dropped in plan.dropped)
    parts.extend(paragraph(f"note: {remark}", 2) for remark in plan.remarks)
    return Group(*parts)


def plan_heading(plan: Plan) -> str:
    """`Plan: 7 trials = (1 reference + 6 deviations) × 1 seed`."""
    trials = len(plan.trials)
    count = len(plan.deviations)
    if plan.adaptive:
        return _adaptive_heading(plan)
    noun = "trial" if trials == 1 else "trials"
    if plan.reference is None:
        return f"Plan: {trials} {noun}, without a reference"
    extra = len(plan.reference_seeds) - len(plan.seeds)
    seeds = f"{len(plan.seeds)} seed" + ("" if len(plan.seeds) == 1 else "s")
    deviations = f"{count} deviation" + ("" if count == 1 else "s")
    more = f" + {extra} more of the reference" if extra else ""
    controls = sum(trial.control is not None for trial in plan.trials)
    more += f" + {controls} control{'s' if controls > 1 else ''}" if controls else ""
    return f"Plan: {trials} {noun} = (the reference + {deviations}) × {seeds}{more}{_seed_note(plan)}"


def _adaptive_heading(plan: Plan) -> str:
    """The range of trials, and when the study looks."""
    count = len(plan.deviations)
    fewest, most = (count + 1) * plan.looks[0], len(plan.trials)
    limit = "" if plan.max_trials is None else f", at most {plan.max_trials} (max_trials)"
    deviations = f"{count} deviation" + ("" if count == 1 else "s")
    if plan.screens:
        return (
            f"Plan: {count + plan.looks[-1]} to {most} trials{limit}: a screen of {deviations}\n"
            f"      one seed each, beside {plan.looks[-1]} of the reference; what stands out of its noise\n"
            f"      gets all {plan.looks[-1]}\n"
            f"      seeds: {plan.seed_key}={plan.seeds[0]},{plan.seeds[1]},…, the same for all"
        )
    looks = ", ".join(map(str, plan.looks[:-1]))
    first, last = plan.looks[0], plan.looks[-1]
    return (
        f"Plan: {fewest} to {most} trials{limit} = (the reference + {deviations}) × {first} to {last} seeds\n"
        f"      adaptive: looks after {looks} and {last} seeds; a verdict is final,\n"
        f"      and only undecided deviations get more\n"
        f"      seeds: {plan.seed_key}={plan.seeds[0]},{plan.seeds[1]},…, the same for all"
    )


def table_view(table: Table) -> RenderableType:
    """The table, with the notes below it."""
    grid = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", width=None)
    for heading in table.headings:
        grid.add_column(
            heading,
            justify="left" if heading in LEFT else "right",
            overflow="fold" if heading in FOLDS else "ellipsis",
            no_wrap=heading not in FOLDS,
        )
    for number, row in enumerate(table.rows):
        is_reference = table.has_reference and number == 0
        colour = COLOURS.get(row[0], "") if table.headings[0] == "" else ""
        told = ("", "verdict")
        cells = (
            Text(cell, style=colour if heading in told else "")
            for heading, cell in zip(table.headings, row, strict=True)
        )
        grid.add_row(*cells, style="bold" if is_reference else "", end_section=is_reference)
    return Group(grid, *(paragraph(note, 0) for note in table.notes))


def width_of(table: Table) -> int:
    """The columns that a table takes where nothing wraps."""
    cells = zip(table.headings, *table.rows, strict=True)
    return sum(max(map(cell_len, column)) + 2 for column in cells) - 2


def _change_of(deviation: Deviation) -> str:
    value = deviation.value if deviation.kind == "group" else _after(deviation)
    return f"{deviation.axis}: {deviation.before} → {value}"


def _deviation_view(deviation: Deviation) -> Sequence[RenderableType]:
    parts: list[RenderableType] = [paragraph(_change_of(deviation), 2)]
    parts.extend(paragraph(f"note: {remark}", 6) for remark in deviation.remarks)
    difference = deviation.difference
    if deviation.kind == "group" or any(change.key != deviation.axis for change in difference.own):
        parts.extend(paragraph(show(change), 6) for change in difference.own)
    parts.extend(paragraph(f"carried: {show(change)}", 6) for change in difference.carried)
    parts.extend(paragraph(f"follows: {show(change)}", 6) for change in difference.follows)
    parts.extend(paragraph(f"holds in every choice: {text}", 6) for text in difference.holds)
    return parts


def _after(deviation: Deviation) -> str:
    own: tuple[Change, ...] = deviation.difference.own
    if len(own) == 1 and own[0].key == deviation.axis:
        return shown(own[0].after)
    return deviation.value


def _seed_note(plan: Plan) -> str:
    known = [seed for seed in plan.seeds if seed is not None]
    if not known:
        return ""
    if len(known) == 1:
        return f"\n      seed: {plan.seed_key}={known[0]}"
    return f"\n      seeds: {plan.seed_key}={','.join(map(str, known))}, the same for all"


def paragraph(text: str, indent: int = 0) -> RenderableType:
    """Text that wraps at words, further lines two columns in."""
    return _Wrapped(text, indent)


@dataclass(frozen=True)
class _Wrapped:
    """A paragraph, indented; what doesn't fit goes on two columns further in, without trailing spaces."""

    text: str
    indent: int

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        first, more = " " * self.indent, " " * (self.indent + (2 if self.indent else 0))
        for line in self.text.splitlines() or [""]:
            for part in textwrap.wrap(line, options.max_width, initial_indent=first, subsequent_indent=more) or [first]:
                yield Text(part)
