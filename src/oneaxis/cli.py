"""`oneaxis`: read a study on disk and show it."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oneaxis.errors import FolderUnusable, OneAxisError
from oneaxis.report.output import legible_output

if TYPE_CHECKING:
    from oneaxis.study.folder import StudyFolder

GOOD, NO, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; exit status 0 good, 1 the answer is no, 2 bad usage."""
    with legible_output():
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
        ("compare", _compare, "show each deviation's verdict; with --fail-if a gate for CI"),
        ("resume", _resume, "run what a study lacks, whatever ended it"),
        ("report", _report, "write report.html, figures and tables into a study's folder"),
        ("sync", _sync, "write a study into MLflow, whole; writing twice changes nothing"),
    ):
        more = "; exit status 1 if any trial lacks, or the gate isn't passed" if name == "compare" else ""
        newest = "the newest that lacks something" if name == "resume" else "the newest here"
        command = commands.add_parser(name, help=caption, description=caption + more)
        command.add_argument(
            "study",
            nargs="*" if name == "compare" else "?",
            type=Path,
            metavar="STUDY",
            help=f"its folder (default: {newest})",
        )
        if name == "compare":
            _compare_options(command)
        command.set_defaults(run=run)
        if name == "resume":
            command.add_argument("--app", help="the app to run (default: [tool.oneaxis] app, else the study's own)")
        if name == "report":
            command.add_argument("--open", action="store_true", help="open the page in the browser")
            command.add_argument("--output", type=Path, metavar="FILE", help="where the page goes")
        if name in ("sync", "resume"):
            command.add_argument("--tracking", metavar="URI", help="the tracking store (default: the study's own)")
    caption = "make a new project that works at once; nothing is written over"
    command = commands.add_parser("init", help=caption, description=caption)
    command.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="FOLDER", help="default: here")
    command.add_argument("--framework", choices=("sklearn", "torch"), default="sklearn", help="default: sklearn")
    command.set_defaults(run=_init)
    from oneaxis.commands import add_commands  # noqa: PLC0415 - one list of commands each

    add_commands(commands)
    return parser


def _init(options: argparse.Namespace) -> int:
    from oneaxis.loop.init.project import init  # noqa: PLC0415 - --help stays light

    for path in init(options.folder, options.framework):
        print(path)  # noqa: T201 - a command speaks to its user
    go = "" if options.folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(options.folder))} && "
    print(f"\nnext: {go}python train.py -m hydra.sweeper.dry_run=true")  # noqa: T201 - as above
    return GOOD


def _plan(options: argparse.Namespace) -> int:
    from oneaxis.report.terminal import console, plan_heading, plan_view, say  # noqa: PLC0415 - --help stays light

    folder = _folder(options)
    study = folder.read_study()
    terminal = console()
    say(terminal, f"Study: {folder.root}")
    terminal.print(plan_view(study.plan, heading=plan_heading(study.plan)))
    return GOOD


def _compare_options(command: argparse.ArgumentParser) -> None:
    from oneaxis.report.formats import FORMATS  # noqa: PLC0415 - names only
    from oneaxis.report.order import SORTS  # noqa: PLC0415 - as above

    order, formats = ", ".join(SORTS), ", ".join(FORMATS)
    command.add_argument("--metric", metavar="NAME", help="show another metric, without verdicts")
    command.add_argument("--sort", choices=SORTS, default=SORTS[0], metavar="ORDER", help=order)
    command.add_argument("--only-changed", action="store_true", help="leave out rows of which nothing was found")
    command.add_argument("--format", choices=FORMATS, default=FORMATS[0], metavar="FORMAT", help=formats)
    command.add_argument("--adjusted", action="store_true", help="add Holm's adjusted p values")
    command.add_argument(
        "--fail-if",
        metavar="LOSS",
        help="exit status 1 if a row is `worse`, or (0.01, 1%%) if one may be worse by more than that",
    )


def _compare(options: argparse.Namespace) -> int:
    from oneaxis.loop.compare import compare_studies  # noqa: PLC0415 - --help stays light
    from oneaxis.study.folder import newest  # noqa: PLC0415 - as above

    folders = [_named(path) for path in options.study] or [newest(Path(os.curdir))]
    return NO if compare_studies(folders, options) else GOOD


def _resume(options: argparse.Namespace) -> int:
    from oneaxis.loop.resume import resume  # noqa: PLC0415 - --help stays light
    from oneaxis.study.folder import newest, newest_incomplete  # noqa: PLC0415 - as above

    if options.study is None:
        found = newest_incomplete(Path(os.curdir))
        if found is None:
            print(f"Nothing to resume: every study here is complete or runs; the newest is {newest(Path()).root}")  # noqa: T201
            return GOOD
        options.study = found.root
    folder = _folder(options)
    return resume(folder.root, folder.read_study(), app=options.app, tracking=options.tracking)


def _report(options: argparse.Namespace) -> int:
    from oneaxis.loop.report_study import write_report  # noqa: PLC0415 - --help stays light

    page = write_report(_folder(options), output=options.output)
    print(page)  # noqa: T201 - as in main
    if options.open:
        import webbrowser  # noqa: PLC0415 - only here

        if not webbrowser.open(page.absolute().as_uri()):
            print(f"oneaxis: no browser could be started; open {page}", file=sys.stderr)  # noqa: T201 - as in main
            return NO
    return GOOD


def _sync(options: argparse.Namespace) -> int:
    from oneaxis.loop.home import home  # noqa: PLC0415 - --help stays light
    from oneaxis.masking import MASK  # noqa: PLC0415 - as above
    from oneaxis.study.claim import owner_of  # noqa: PLC0415 - as above
    from oneaxis.tracking.handle import sync  # noqa: PLC0415 - as above
    from oneaxis.tracking.store import AUTO, choose_store, moved, reach  # noqa: PLC0415 - as above

    folder = _folder(options)
    study = folder.read_study()
    cwd = home(study, folder.root)
    own = moved(str(study.tracking.uri), Path(study.cwd), cwd) if study.tracking.live else None
    if own is not None and MASK in own:
        own = _address_again(own, folder.root) if options.tracking is None else None
    setting = options.tracking or own or AUTO
    store = choose_store(setting, study.tracking.experiment, study.name, cwd)
    reach(str(store.uri))
    owner = owner_of(folder.root)
    if owner is not None:
        raise FolderUnusable(f"{folder.root} runs right now ({owner}), and writes to MLflow itself; wait for its end")
    records, warnings = folder.read_records(study)
    for warning in warnings:
        print(f"oneaxis: {warning}", file=sys.stderr)  # noqa: T201 - as in main
    if not os.access(folder.root, os.W_OK):
        unkept = "which MLflow run is whose (tracking.json) isn't kept there, nor a log (tracking.log)"
        print(f"oneaxis: {folder.root} can't be written: {unkept}", file=sys.stderr)  # noqa: T201 - as in main
    mirrored = sync(folder.root.absolute(), str(store.uri), sorted(records))
    if mirrored.error is not None:
        print(f"oneaxis: {mirrored.error}", file=sys.stderr)  # noqa: T201 - as in main
        return NO
    if mirrored.remark:
        print(f"oneaxis: {mirrored.remark}", file=sys.stderr)  # noqa: T201 - as in main
    print(f"{mirrored.written} trials of {folder.root} are in MLflow (experiment {store.experiment})")  # noqa: T201
    return GOOD


def _address_again(masked: str, folder: Path) -> str | None:
    """The store of a study that didn't keep its password; None: the environment has it."""
    from oneaxis.masking import without_user  # noqa: PLC0415 - --help stays light

    if os.environ.get("MLFLOW_TRACKING_URI"):
        return None
    if masked.startswith("http"):
        return without_user(masked)  # MLflow's own variables have user and password
    raise FolderUnusable(
        f"{folder} doesn't keep the password of its store, {masked}; set MLFLOW_TRACKING_URI to its address, or give "
        "it: oneaxis sync STUDY --tracking URI"
    )


def _folder(options: argparse.Namespace) -> StudyFolder:
    from oneaxis.study.folder import newest  # noqa: PLC0415 - --help stays light

    return newest(Path(os.curdir)) if options.study is None else _named(options.study)


def _named(path: Path) -> StudyFolder:
    from oneaxis.study.folder import StudyFolder  # noqa: PLC0415 - --help stays light

    if not path.is_dir():
        raise FolderUnusable(f"{path} holds no study; give the folder of one")
    return StudyFolder(path)


if __name__ == "__main__":
    sys.exit(main())
