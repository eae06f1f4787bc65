"""Where a planned study runs: begun anew in a folder of its own, or gone on with where it was left."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from oneaxis.errors import FolderUnusable
from oneaxis.loop.advice import short
from oneaxis.loop.answer import MASTER_FILE
from oneaxis.loop.command_line import typed_arguments
from oneaxis.loop.hydras_files import save_masked
from oneaxis.loop.job_folder import works_in_study
from oneaxis.loop.known import RESUME, look, what_runs
from oneaxis.loop.launchers import thread_limits
from oneaxis.loop.proved import drift
from oneaxis.loop.settings import Settings
from oneaxis.masking import masked_addresses
from oneaxis.report.terminal import say
from oneaxis.study.claim import Claim
from oneaxis.study.folder import StudyFolder
from oneaxis.study.leftovers import clear
from oneaxis.study.place import Place, find_place, kept_folders, resumed_place
from oneaxis.study.reuse import Refuses, take_over
from oneaxis.study.same import complete, differences
from oneaxis.study.source import keep_source
from oneaxis.study.submitted import Submitted
from oneaxis.trial.guard import now
from oneaxis.trial.loaded import project_root
from oneaxis.trial.provenance import entry_point
from oneaxis.vocabulary import Plan, Policy, Study, Tracking

# What is the same for all trials: the time, the environment, what the app is called and where it started.
_OF_A_TRIAL = re.compile(r"\$\{(?!now:|oc\.env:|hydra[.:](?:job\.(?:name|config_name)|runtime\.cwd)\})")


@dataclass(frozen=True)
class Begun:
    """A study with its folder (absolute), held until `claim` is released."""

    study: Study
    folder: StudyFolder
    claim: Claim
    moved: bool
    resumed: bool
    queued: tuple[Submitted, ...] = ()  # jobs of an earlier start that a queue still holds


def begin(
    config: DictConfig,
    settings: Settings,
    plan: Plan,
    tracking: Tracking,
    terminal: Console,
    *,
    refuses: Refuses,
) -> Begun:
    """Find the study's folder and write `study.json`, or take up the study that is there.

    `refuses` says why an earlier trial can't stand for one of this study.

    Raises
    ------
    FolderUnusable
        If there is no folder to write, or the study that was to go on is another one now, or runs already.
    """
    wanted = Path(str(config.hydra.sweep.dir))
    asked = os.environ.pop(RESUME, None)

    def differs(folder: StudyFolder, study: Study) -> Sequence[str]:
        found = differences(study, plan, settings.policy)
        return found or drift(study, folder.records(study), thread_limits(config))

    def goes_on(folder: StudyFolder, study: Study) -> Sequence[str]:
        if study.single:
            return ("a single run",)
        if settings.reuse is False:
            return ("hydra.sweeper.reuse=false runs all again",)
        if plan.reference is None and complete(study, folder.records(study)):
            return ("a plain sweep that is complete",)
        return differs(folder, study)

    place = find_place(wanted, goes_on, kept_folders(config)) if asked is None else resumed_place(Path(asked), differs)
    try:
        begun = _begun(place, config, plan, policy=settings.policy, tracking=tracking, terminal=terminal)
        records = begun.folder.records(begun.study)
        reuse = look(config, settings, begun.study, records, own=begun.folder.root, refuses=refuses)
        take_over(begun.study, begun.folder, reuse)
        for line in what_runs(begun.study, begun.folder.records(begun.study), reuse):
            say(terminal, line)
        say(terminal, "")
    except BaseException:
        place.claim.release()
        raise
    return begun


def described(config: DictConfig, plan: Plan, policy: Policy, tracking: Tracking, folder: str) -> Study:
    """A new study, as `study.json` tells of it: with an id of its own, without the store's password."""
    return Study(
        id=secrets.token_hex(8),
        name=f"{config.hydra.job.name} {folder}",
        created=now(),
        app=tuple(entry_point()),
        arguments=typed_arguments(),
        cwd=str(Path.cwd()),
        plan=plan,
        policy=policy,
        tracking=replace(tracking, uri=masked_addresses(tracking.uri)) if tracking.uri else tracking,
    )


def _begun(
    place: Place, config: DictConfig, plan: Plan, *, policy: Policy, tracking: Tracking, terminal: Console
) -> Begun:
    shown = replace(tracking, uri=masked_addresses(tracking.uri)) if tracking.uri else tracking
    queued: tuple[Submitted, ...] = ()
    folder = StudyFolder(place.folder.root.absolute())
    for note in place.notes:
        say(terminal, f"note: {note}")
    if place.earlier is None:
        study = described(config, plan, policy, tracking, folder.name)
        if not folder.make_study(study, apart=works_in_study(config)):
            raise FolderUnusable(f"{folder.root} was taken by another run at the same moment; start the study again")
        keep_source(folder.own, project_root())
        save_masked(config, folder.own / MASTER_FILE)
    else:
        study = replace(place.earlier, plan=plan, tracking=shown)
        if shown != place.earlier.tracking:
            folder.write_study(study)
        lines, queued = clear(folder, study)
        for line in lines:
            say(terminal, line)
    how = "" if place.earlier is None else f" (goes on; started {study.created[:19]}Z)"
    say(terminal, f"Study: {short(folder.root)}{how}")
    return Begun(
        study,
        folder,
        place.claim,
        moved=place.folder.root != Path(str(config.hydra.sweep.dir)) or _differs_by_trial(config),
        resumed=place.earlier is not None,
        queued=queued,
    )


def _differs_by_trial(config: DictConfig) -> bool:
    """Whether a trial's own values may name another folder than the study's: `hydra.sweep.dir=runs/${lr}`."""
    raw = OmegaConf.to_container(config.hydra.sweep, resolve=False)
    assert isinstance(raw, dict)
    return _OF_A_TRIAL.search(str(raw["dir"])) is not None
