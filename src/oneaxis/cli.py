"""`oneaxis`: read a study on disk and show it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oneaxis.errors import FolderUnusable, OneAxisError

if TYPE_CHECKING:
    from oneaxis.study.folder import StudyFolder

GOOD, NO, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; exit status 0 good, 1 the answer is no, 2 bad usage."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except OneAxisError as error:
        print(f"oneaxis: {error}", file=sys.stderr)  # noqa: T201 - a command speaks to its user
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oneaxis", description="What does this change do? Read studies on disk.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, caption in (
        ("plan", _plan, "show the plan of a study: each trial's single change"),
        ("compare", _compare, "show the reference and each deviation's difference; exit status 1 if any trial lacks"),
        ("sync", _sync, "write a study into MLflow, whole; writing twice changes nothing"),
    ):
        command = commands.add_parser(name, help=caption, description=caption)
        command.add_argument(
            "study", nargs="?", type=Path, metavar="STUDY", help="its folder (default: the newest here)"
        )
        command.set_defaults(run=run)
        if name == "sync":
            command.add_argument("--tracking", metavar="URI", help="the tracking store (default: the study's own)")
    from oneaxis.commands import add_commands  # noqa: PLC0415 - one list of commands each

    add_commands(commands)
    return parser


def _plan(options: argparse.Namespace) -> int:
    from oneaxis.report.terminal import console, plan_heading, plan_view, say  # noqa: PLC0415 - --help stays light

    folder = _folder(options)
    study = folder.read_study()
    terminal = console()
    say(terminal, f"Study: {folder.root}")
    terminal.print(plan_view(study.plan, heading=plan_heading(study.plan)))
    return GOOD


def _compare(options: argparse.Namespace) -> int:
    from oneaxis.analysis.comparison import compare  # noqa: PLC0415 - --help stays light
    from oneaxis.loop.advice import caution, study_result  # noqa: PLC0415 - as above
    from oneaxis.report.terminal import console, say  # noqa: PLC0415 - as above
    from oneaxis.study.progress import failure_line  # noqa: PLC0415 - as above

    folder = _folder(options)
    study = folder.read_study()
    records = folder.records(study)
    comparison = compare(study.plan, records, study.policy)
    terminal = console()
    say(terminal, f"Study: {folder.root}")
    terminal.print(study_result(comparison, width=terminal.width))
    say(terminal, caution(study, comparison, records))
    for trial, record in comparison.unusable:
        if record is None:
            say(terminal, f"missing: {trial.label(several_seeds=study.several_seeds)}: it left no record")
        else:
            say(terminal, failure_line(trial, record, several_seeds=study.several_seeds))
    return NO if comparison.unusable else GOOD


def _sync(options: argparse.Namespace) -> int:
    from oneaxis.tracking.handle import sync  # noqa: PLC0415 - --help stays light
    from oneaxis.tracking.store import AUTO, choose_store, reach  # noqa: PLC0415 - as above

    folder = _folder(options)
    study = folder.read_study()
    own = study.tracking.uri if study.tracking.live else None
    masked = own is not None and "***" in own
    setting = options.tracking or (own if own is not None and not masked else AUTO)
    store = choose_store(setting, study.tracking.experiment, study.name, Path(study.cwd))
    reach(str(store.uri))
    mirrored = sync(folder.root.absolute(), str(store.uri), sorted(folder.records(study)))
    if mirrored.error is not None:
        print(f"oneaxis: {mirrored.error}", file=sys.stderr)  # noqa: T201 - as in main
        return NO
    print(f"{mirrored.written} trials of {folder.root} are in MLflow (experiment {store.experiment})")  # noqa: T201
    return GOOD


def _folder(options: argparse.Namespace) -> StudyFolder:
    from oneaxis.study.folder import StudyFolder, newest  # noqa: PLC0415 - --help stays light

    if options.study is None:
        return newest(Path(os.curdir))
    if not options.study.is_dir():
        raise FolderUnusable(f"{options.study} holds no study; give the folder of one")
    return StudyFolder(options.study)


if __name__ == "__main__":
    sys.exit(main())
