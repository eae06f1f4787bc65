"""`oneaxis`: read a study on disk and show it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    _add_loop(commands)
    return parser


def _add_loop(commands: Any) -> None:
    """The commands that change the reference, and those that remember why."""

    def add(name: str, caption: str) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(name, help=caption, description=caption)
        command.set_defaults(run=_loop)
        command.set_defaults(command=name)
        command.add_argument(
            "--app", metavar="APP", help="the app, train.py (default: pyproject.toml's, or the newest study's)"
        )
        command.add_argument("--config-name", metavar="NAME", help="its primary config, where there are several")
        return command

    promote = add("promote", "make a winner the reference: measured again on fresh seeds, then written into conf/")
    promote.add_argument(
        "changes", nargs="+", metavar="KEY=VALUE", help="a deviation, or several that shall go together"
    )
    promote.add_argument("--study", type=Path, metavar="STUDY", help="the study that chose it (default: the newest)")
    promote.add_argument(
        "--seeds", type=int, metavar="N", help="how many fresh seeds (default: as the study, at least 5)"
    )
    promote.add_argument("--force", action="store_true", help="promote without a verdict; needs --reason")
    promote.add_argument("--reason", metavar="TEXT", help="why, kept in the lineage")
    promote.add_argument("--dry-run", action="store_true", help="show what would run, its cost and the edit")

    lineage = add("lineage", "the chain of references, with the gain of each promotion")
    lineage.add_argument("--reverse", action="store_true", help="plan a study that undoes each step singly")
    lineage.add_argument("--run", action="store_true", dest="run_it", help="run that study, too")
    lineage.add_argument("--plot", type=Path, metavar="FILE", help="draw it: .png or .svg")
    findings = add("findings", "every deviation ever tried, and whether what was found still holds")
    findings.add_argument("--refresh", action="store_true", help="print the study that measures stale ones again")


def _loop(options: argparse.Namespace) -> int:
    from importlib import import_module  # noqa: PLC0415 - --help stays light

    modules = {"promote": "promotion", "lineage": "lineage_command", "findings": "findings_command"}
    module = import_module(f"oneaxis.loop.{modules[options.command]}")
    return int(getattr(module, options.command)(options))


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
