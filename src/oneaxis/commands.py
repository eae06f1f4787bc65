"""The commands around a study: look at the data, reproduce claims, say where the project stands."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oneaxis.loop.app import App

GOOD, NO = 0, 1
COLUMN = 11  # where the texts of `oneaxis status` begin


def add_commands(commands: Any) -> None:
    """Add this module's commands to `oneaxis`'s."""
    data = _command(commands, "data", _data, "look at the data of the reference: findings, a page, figures")
    data.add_argument("overrides", nargs="*", metavar="OVERRIDE", help="moves the reference, as on the app's own line")
    data.add_argument("--data", metavar="MODULE:FUNCTION", help="gives the data (default: pyproject.toml's)")
    data.add_argument("--output", type=Path, metavar="FOLDER", help="where to write (default: beside the studies)")
    reproduce = _command(commands, "reproduce", _reproduce, "run the reference's claims; exit status 1 if one fails")
    reproduce.add_argument("claims", nargs="*", metavar="CLAIM", help="names of claims (default: all)")
    _command(commands, "status", _status, "where the project stands, and what to type next")
    _add_changing(commands)


def _add_changing(commands: Any) -> None:
    """The commands that change the reference, and those that remember why."""

    def add(name: str, caption: str, *, config: str = "the newest study's") -> argparse.ArgumentParser:
        command = _command(commands, name, _change, caption, config=config)
        command.set_defaults(command=name)
        return command

    caption = "measure a winner on fresh seeds, and make it the reference"
    promote = add("promote", caption, config="that of the study that chose it")
    promote.add_argument(
        "changes", nargs="+", metavar="KEY=VALUE", help="a deviation, or several that shall go together"
    )
    promote.add_argument("--study", type=Path, metavar="STUDY", help="the study that chose it (default: on most seeds)")
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
    findings = add("findings", "all that was tried, and whether it still holds")
    findings.add_argument("--refresh", action="store_true", help="print the study that measures stale ones again")


def _command(commands: Any, name: str, run: Any, caption: str, *, config: str = "its own") -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=caption, description=caption)
    command.add_argument("--app", metavar="APP", help="train.py, or '-m package.train' (default: pyproject.toml's)")
    command.add_argument("--config-name", metavar="NAME", help=f"the app's primary config (default: {config})")
    command.set_defaults(run=run)
    return command


def _app(options: argparse.Namespace) -> App:
    from oneaxis.loop.app import find_app  # noqa: PLC0415 - --help stays light

    return find_app(options.app, Path(os.curdir), config_name=options.config_name)


def _data(options: argparse.Namespace) -> int:
    from oneaxis.loop.data_report import PAGE_FILE, look_at_data  # noqa: PLC0415 - --help stays light
    from oneaxis.report.terminal import console, note, paragraph, say  # noqa: PLC0415 - as above

    terminal = console()

    def told(step: str) -> None:
        if terminal.is_terminal:
            status.update(f"{step} …")

    with terminal.status("starting …") as status:
        looked = look_at_data(_app(options), options.overrides, function=options.data, output=options.output, told=told)
    say(terminal, note(looked.caution))
    for finding in looked.findings:
        terminal.print(paragraph(f"{finding.weight}: {finding.text}"))
    if not looked.findings:
        say(terminal, "Nothing found: no repeated, shared, missing or constant values, and no shift.")
    folder = looked.folder
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    say(terminal, f"Page: {shown / PAGE_FILE}")
    if looked.untracked is not None:
        print(f"oneaxis: not in MLflow: {looked.untracked}", file=sys.stderr)  # noqa: T201 - a command speaks
    return GOOD


def _reproduce(options: argparse.Namespace) -> int:
    from oneaxis.errors import BadClaim  # noqa: PLC0415 - as above
    from oneaxis.loop.app import plan_app  # noqa: PLC0415 - as above
    from oneaxis.loop.claims import load_claims, reproduce  # noqa: PLC0415 - --help stays light
    from oneaxis.report.terminal import console, paragraph, say  # noqa: PLC0415 - as above

    terminal = console()
    app = _app(options)
    planned = plan_app(app, ["hydra.sweeper.axes=null", "hydra.sweeper.seeds=1"])
    claims = load_claims(planned.master)
    place = f"conf/claims/{planned.config_name}.yaml"
    if not planned.config_name:
        raise BadClaim("the app has no config file for claims to stand beside; give it one (docs/how-to/claims.md)")
    if not claims:
        raise BadClaim(f"{planned.config_name} has no claims; write some into {place} (docs/how-to/claims.md)")
    unknown = [name for name in options.claims if all(claim.name != name for claim in claims)]
    if unknown:
        known = ", ".join(claim.name for claim in claims)
        raise BadClaim(f"{planned.config_name} has no claim `{unknown[0]}`; it has {known}")
    wanted = [claim for claim in claims if not options.claims or claim.name in options.claims]
    for claim in wanted:
        say(terminal, f"{claim.name}: {claim.metric} {claim.published}; {claim.source}")
    judged = reproduce(planned.app, wanted, lambda claim, answer: say(terminal, f"\n{claim.name}: {answer.answer}\n"))
    for answer in judged:
        terminal.print(paragraph(f"{answer.claim}: {answer.answer}: {answer.reason}"))
    return GOOD if all(answer.answer == "reproduced" for answer in judged) else NO


def _status(options: argparse.Namespace) -> int:
    from oneaxis.loop.status import look_around  # noqa: PLC0415 - --help stays light
    from oneaxis.loop.status_lines import status_lines  # noqa: PLC0415 - as above
    from oneaxis.report.terminal import console, paragraph, say  # noqa: PLC0415 - as above

    terminal = console()
    with terminal.status("planning the next study …"):
        state = look_around(_app(options))
    for heading, text in status_lines(state):
        wrapped = [part for line in text.splitlines() for part in textwrap.wrap(line.strip(), terminal.width - COLUMN)]
        for number, part in enumerate(wrapped):
            say(terminal, f"{'' if number else heading:<{COLUMN}}{part}")
    for step in state.next_steps[:1]:
        terminal.print()
        terminal.print(paragraph(f"next: {step.why} ({step.cost})"))
        say(terminal, f"  {step.command}")
    return GOOD


def _change(options: argparse.Namespace) -> int:
    from importlib import import_module  # noqa: PLC0415 - --help stays light

    modules = {"promote": "promotion", "lineage": "lineage_command", "findings": "findings_command"}
    module = import_module(f"oneaxis.loop.{modules[options.command]}")
    return int(getattr(module, options.command)(options))
