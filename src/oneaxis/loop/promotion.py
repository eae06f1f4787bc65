"""`oneaxis promote`: a winner becomes the reference, with its evidence."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from oneaxis.canonical import same
from oneaxis.composing.files import Project
from oneaxis.errors import CannotEdit, NotPromoted
from oneaxis.loop.app import find_app
from oneaxis.loop.choosing import Choice, choose, config_of
from oneaxis.loop.command_line import masked_line
from oneaxis.loop.conf_edit import ConfEdit, Wanted, find_edit
from oneaxis.loop.confirming import Confirmed, command_lines, confirm
from oneaxis.loop.lineage import appended, lineage_file, read_lineage
from oneaxis.loop.lineage_entry import lineage_entry, value_before
from oneaxis.loop.past import PastStudy, last_like, parse_change, past_studies, plain
from oneaxis.loop.promotion_words import by_hand, confirmation, cost, decision
from oneaxis.loop.reference import Reference, reference_now
from oneaxis.loop.writing import write_together
from oneaxis.report.terminal import console, say
from oneaxis.study.folder import StudyFolder
from oneaxis.tracking.promoted import tag_promoted

GOOD, NO = 0, 1
FEWEST = 5  # fresh seeds, unless asked for otherwise


def promote(options: argparse.Namespace) -> int:
    """Measure again on fresh seeds, judge, and write the new reference.

    Raises
    ------
    NotPromoted
        If there is no evidence for it; nothing was changed.

    Side effects
    ------------
    Runs the app's studies; then edits files of its configuration folder and appends to lineage.yaml there.
    """
    if options.force and not options.reason:
        raise NotPromoted('--force needs its reason, which the lineage keeps: --force --reason "…"')
    terminal, here = console(), Path.cwd()
    changes = [(text, parse_change(text)) for text in options.changes]
    everything = past_studies(find_app(options.app, here, config_name=options.config_name).cwd)
    past = _asked_for(everything, options.study)
    config_name = options.config_name or config_of(changes, past)
    asked = [each for each in past if each.config_name in (None, config_name)] if config_name else past
    measured = (each for each in asked if any(each.deviation(change) for _, change in changes))
    newest = next(measured, None) or last_like(options.config_name, past)
    reference = reference_now(options.app, here, config_name, newest)
    _refuse_without_config(reference)
    if not reference.app.hears:
        raise NotPromoted(
            f"{reference.planned.caution}; on fresh seeds nothing can be measured, so nothing is promoted"
        )
    choices = choose(changes, past, reference, forced=options.force)
    project = _project(reference)
    edit, why = _edit(project, choices)
    _refuse_unchanged(choices, edit)
    seeds = _fresh(everything, project, reference, options.seeds or _as_many(choices))
    lines = command_lines(choices, reference.settings, seeds)
    say(terminal, cost(choices, reference, lines, seeds))
    if edit is None:
        say(terminal, f"note: {why}; the edit will be printed, not made")
    if options.dry_run:
        for line in lines:
            say(terminal, f"  {reference.app.shown(line)}")
        if edit is not None:
            say(terminal, edit.diff(here))
        say(terminal, "Dry run: nothing was run and nothing written.")
        return GOOD
    confirmed = confirm(reference.app, choices, lines)
    say(terminal, confirmation(choices, confirmed))
    if confirmed.row.verdict != "better" and not options.force:
        say(terminal, decision(choices, confirmed))
        return NO
    if edit is None or project is None:
        say(terminal, by_hand(choices, why))
        return NO
    _refuse_moved(reference, reference_now(options.app, here, config_name, newest))
    entry = lineage_entry(
        choices, confirmed, reference, edit, seeds=seeds, forced=options.reason if options.force else None
    )
    _write(terminal, project, edit, entry, here)
    _tag(terminal, confirmed, choices, entry)
    return GOOD


def _asked_for(everything: Sequence[PastStudy], study: Path | None) -> Sequence[PastStudy]:
    if study is None:
        return everything
    folder = StudyFolder(study)
    return [PastStudy(folder, folder.read_study())]


def _refuse_without_config(reference: Reference) -> None:
    if reference.planned.config_name:
        return
    typed = shlex.join(masked_line(reference.app.given))
    values = f"write what is typed ({typed})" if typed else "write its values"
    raise NotPromoted(
        f"the app has no config file that a promotion could edit: {values} into conf/config.yaml, name it in the app, "
        '@hydra.main(config_path="conf", config_name="config"), and type this again'
    )


def _project(reference: Reference) -> Project | None:
    conf = reference.planned.config_folder
    base = reference.planned.master.hydra.runtime.version_base
    return None if conf is None else Project(conf, reference.planned.config_name, str(base))


def _edit(project: Project | None, choices: Sequence[Choice]) -> tuple[ConfEdit | None, str]:
    """The edit, or why there is none."""
    if project is None:
        return None, "the configuration isn't in files of a folder"
    wanted = []
    for choice in choices:
        value = choice.change.value()
        group = _is_group(project, choice)
        wanted.append(Wanted(choice.text, choice.key, group, _option(value) if group else None))
    try:
        return find_edit(project, wanted), ""
    except CannotEdit as error:
        return None, str(error)


def _refuse_unchanged(choices: Sequence[Choice], edit: ConfEdit | None) -> None:
    if edit is None:
        return
    for choice in choices:
        value = choice.change.value()
        if same(value_before(choice, edit), "null" if value is None else plain(value)):
            raise NotPromoted(f"`{choice.shown}` is the reference already: there is nothing to promote")


def _is_group(project: Project, choice: Choice) -> bool:
    if choice.deviation is not None:
        return choice.deviation.kind == "group"
    return (project.conf / choice.change.key_or_group).is_dir() and not isinstance(choice.change.value(), dict)


def _option(value: Any) -> Any:
    return [str(item) for item in value] if isinstance(value, list) else value if value is None else str(value)


def _as_many(choices: Sequence[Choice]) -> int:
    planned = [len(choice.past.study.plan.seeds) for choice in choices if choice.past is not None]
    return max([FEWEST, *planned])


def _fresh(everything: Sequence[PastStudy], project: Project | None, reference: Reference, count: int) -> list[int]:
    """Seeds above all that any study or promotion used."""
    plan = reference.planned.study.plan
    known = {seed for each in everything for seed in each.seeds}
    known |= {seed for seed in plan.seeds if seed is not None}
    if project is not None:
        known |= {seed for step in read_lineage(project.conf) for seed in step.seeds}
    if not known:
        raise NotPromoted(
            f"the configuration has no `{plan.seed_key}`, so there are no fresh seeds to judge on; "
            f"add `{plan.seed_key}: 0` to it, or name your key: hydra.sweeper.seed_key=KEY"
        )
    first = max(known) + 1
    return list(range(first, first + count))


def _refuse_moved(reference: Reference, again: Reference) -> None:
    if again.digest != reference.digest:
        raise NotPromoted("the reference was changed while its winner was measured; nothing was written, start again")


def _write(terminal: Console, project: Project, edit: ConfEdit, entry: Mapping[str, Any], here: Path) -> None:
    file = lineage_file(project.conf)
    write_together({file: appended(project.conf, entry), **edit.files})
    say(terminal, "\n" + edit.diff(here))
    shown = [path.relative_to(here) if path.is_relative_to(here) else path for path in (*edit.files, file)]
    names = " ".join(shlex.quote(str(path)) for path in shown)
    say(terminal, f"\nPromoted. Written: {names}\nNothing was committed: git add {names}")


def _tag(terminal: Console, confirmed: Confirmed, choices: Sequence[Choice], entry: Mapping[str, Any]) -> None:
    """MLflow's runs say that they were promoted; a store that is gone costs only the tag."""
    asked = {deviation.name for deviation in confirmed.study.plan.deviations}  # its quotes may be others
    names = {choice.name for choice in choices} | asked | {None}
    for folder in (*confirmed.studies, *(choice.past.folder for choice in choices if choice.past is not None)):
        problem = tag_promoted(folder.read_study(), names, str(entry["child"]))
        if problem:
            say(terminal, f"MLflow: not tagged: {problem}")
            return
