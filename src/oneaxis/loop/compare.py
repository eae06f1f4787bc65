"""`oneaxis compare`: studies on disk, one after another, each with verdicts of its own."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from oneaxis.analysis.comparison import compare
from oneaxis.analysis.gate import Gate, losers
from oneaxis.analysis.result import Comparison
from oneaxis.errors import OneAxisError
from oneaxis.loop.advice import caution, resume_command, study_result, undecided
from oneaxis.loop.known import reused_lines
from oneaxis.loop.own_rate import own_rate_lines
from oneaxis.loop.past import PastStudy
from oneaxis.loop.settings import read_margin
from oneaxis.report.formats import renderer
from oneaxis.report.output import takes
from oneaxis.report.table import label, tabulate
from oneaxis.report.terminal import console, say
from oneaxis.study.claim import owner_of
from oneaxis.study.folder import StudyFolder
from oneaxis.study.predictions import single_run_examples
from oneaxis.study.progress import failure_line
from oneaxis.trial.codec import jsonable
from oneaxis.vocabulary import Record, Study

WORSE = "worse"


@dataclass(frozen=True)
class Compared:
    """A study with its records and what they say."""

    folder: StudyFolder
    study: Study
    records: dict[int, Record]
    comparison: Comparison
    warnings: tuple[str, ...] = ()


def compare_studies(folders: Sequence[StudyFolder], options: argparse.Namespace) -> bool:
    """Show each study; whether any lacks a trial or doesn't pass the gate.

    Raises
    ------
    OneAxisError
        For a metric that no trial returned, or a gate that is neither `worse` nor a margin.
    """
    gate = _gate(options.fail_if)
    found = [_compared(folder, adjusted=options.adjusted) for folder in folders]
    for one in found:
        if options.metric is not None and options.metric not in one.comparison.metrics:
            known = ", ".join(one.comparison.metrics) or "none"
            raise OneAxisError(f"no trial of {one.folder.root} returned `{options.metric}`; it has {known}")
    _print(found, options)
    stopped = [_stopped(one, gate) for one in found]
    for line in filter(None, stopped):
        print(line, file=sys.stderr)  # noqa: T201 - a command speaks to its user
    return any(stopped) or any(one.comparison.unusable for one in found)


def _compared(folder: StudyFolder, *, adjusted: bool) -> Compared:
    study = folder.read_study()
    records, warnings = folder.read_records(study)
    examples = single_run_examples(folder, study, records)
    found = compare(study.plan, records, study.policy, examples=examples, adjusted=adjusted)
    return Compared(folder, study, records, found, warnings)


def _print(found: Sequence[Compared], options: argparse.Namespace) -> None:
    if options.format == "json":
        made = [jsonable(renderer("json")(one.comparison, one.study)) for one in found]
        _write(_as_json(made[0] if len(made) == 1 else made) + "\n")
    elif options.format != "table":
        for number, one in enumerate(found):
            _write("\n" * (number > 0) + _laid_out(one.comparison, options).rstrip("\n") + "\n")
    else:
        terminal = console()
        for number, one in enumerate(found):
            if number:
                say(terminal, " ")
            _show(terminal, one, options)
    if options.format != "table":
        for line in (line for one in found for line in one.warnings):
            print(line, file=sys.stderr)  # noqa: T201 - standard output is the table's alone


def _show(terminal: Console, one: Compared, options: argparse.Namespace) -> None:
    say(terminal, f"Study: {one.folder.root}")
    view = study_result(
        one.comparison,
        width=terminal.width,
        sort=options.sort,
        only_changed=options.only_changed,
        metric=options.metric,
    )
    terminal.print(view)
    say(terminal, caution(one.study, one.comparison, one.records))
    say(terminal, undecided(one.study, one.comparison, one.records))
    say(terminal, "\n".join(own_rate_lines(PastStudy(one.folder, one.study), one.comparison, Path.cwd())))
    several = one.study.several_seeds
    for trial, record in one.comparison.unusable:
        if record is None:
            say(terminal, f"missing: {trial.label(several_seeds=several)}: it left no record")
        else:
            say(terminal, failure_line(trial, record, several_seeds=several))
    for line in (*reused_lines(one.study, one.records), *one.warnings):
        say(terminal, line)
    owner = owner_of(one.folder.root)
    if owner is not None:
        say(terminal, f"The study runs ({owner}): what is missing here may still come.")
    elif one.comparison.unusable and not one.study.single:
        say(terminal, f"To run these, and only these: {resume_command(one.folder.root.absolute())}")


def _laid_out(comparison: Comparison, options: argparse.Namespace) -> str:
    table = tabulate(comparison, sort=options.sort, only_changed=options.only_changed, metric=options.metric)
    return str(renderer(options.format)(table))


def _as_json(made: Any) -> str:
    text = json.dumps(made, indent=1, ensure_ascii=False)
    return text if takes(sys.stdout, text) else json.dumps(made, indent=1)


def _write(text: str) -> None:
    print(text, end="")  # noqa: T201 - a command speaks to its user


def _gate(asked: str | None) -> Gate | None:
    if asked is None:
        return None
    if asked == WORSE:
        return Gate(None)
    return Gate(
        read_margin(asked.removeprefix("-"), f"--fail-if is {asked!r}; give {WORSE}, or the largest loss that hardly")
    )


def _stopped(one: Compared, gate: Gate | None) -> str:
    if gate is None:
        return ""
    failing = losers(one.comparison, gate)
    if not failing:
        return ""
    what = "worse" if gate.margin is None else f"may be worse by more than {gate.margin}"
    return f"gate not passed, {one.folder.root}: {'; '.join(label(row) for row in failing)}: {what}"
