"""Trials of earlier studies in place of new runs, where nothing that could change them has changed."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from oneaxis.errors import BadRecord
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.own import CURVES_FILE, PREDICTIONS_FILE, result
from oneaxis.vocabulary import Record, Study, Trial

KEPT = ("artifacts", ".hydra")  # taken over beside the record and its results
Refuses = Callable[[Record, Trial], str]  # why a record can't stand for a trial; empty if it can


@dataclass(frozen=True)
class Found:
    """A record of an earlier study that stands for a trial of this one."""

    record: Record
    job: Path


@dataclass(frozen=True)
class Reuse:
    """What earlier studies know: by trial what is taken over, and why some of it isn't.

    `seconds` are what trials took, by deviation (None: the reference).
    """

    found: Mapping[int, Found] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str | None, float] = field(default_factory=dict)


def look_up(
    trials: Iterable[Trial], app: tuple[str, ...], earlier: Iterable[tuple[StudyFolder, Study]], refuses: Refuses
) -> Reuse:
    """Find finished trials with the same configuration and seed that `refuses` has nothing against.

    Controls always run: they are about this study's machine and moment.
    """
    wanted: dict[tuple[str, int | None], Trial] = {
        (trial.digest, trial.seed): trial for trial in trials if trial.control is None
    }
    found: dict[int, Found] = {}
    reasons: dict[int, str] = {}
    seconds: dict[str | None, float] = {}
    for folder, study in earlier:
        if study.app != app or study.plan.reference is None:
            continue
        for old in study.plan.trials:
            trial = wanted.get((old.digest, old.seed))
            if trial is None or trial.index in found:
                continue
            record = _finished(folder, study, old)
            if record is None:
                continue
            if record.seconds is not None:
                seconds.setdefault(trial.deviation, record.seconds)
            reason = refuses(record, trial)
            if reason:
                reasons.setdefault(trial.index, reason)
            else:
                found[trial.index] = Found(record, folder.job(old.folder))
        if len(found) == len(wanted):
            break
    refused = Counter(reason for index, reason in reasons.items() if index not in found)
    return Reuse(found, refused, seconds)


def take_over(study: Study, folder: StudyFolder, reuse: Reuse) -> None:
    """Write the records found as this study's own, each with `reused_from`; curves and files are linked."""
    trials = {trial.index: trial for trial in study.plan.trials}
    for index, found in reuse.found.items():
        trial = trials[index]
        job = folder.job(trial.folder)
        job.mkdir(parents=True, exist_ok=True)
        results = (
            result(found.job, found.record.curves, CURVES_FILE),
            result(found.job, found.record.predictions, PREDICTIONS_FILE),
        )
        for path in (*filter(None, results), *(found.job / name for name in KEPT)):
            _link(path, job / path.relative_to(found.job))
        origin = {"study": found.record.study, "folder": str(found.job)}
        folder.write_record(
            replace(
                found.record,
                study=study.id,
                trial=trial.index,
                role=trial.role,
                axis=trial.axis,
                value=trial.value,
                deviation=trial.deviation,
                folder=trial.folder,
                reused_from=dict(found.record.reused_from) or origin,
            )
        )


def _finished(folder: StudyFolder, study: Study, trial: Trial) -> Record | None:
    try:
        record = folder.record(trial.folder)
    except (BadRecord, OSError):
        return None
    fits = record is not None and record.study == study.id and record.status == "finished"
    return record if fits else None


def _link(source: Path, target: Path) -> None:
    """The same file under a second name where the file system can, else a copy; both stay if the other goes."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link_file, dirs_exist_ok=True)
    elif source.is_file():
        target.parent.mkdir(exist_ok=True)
        _link_file(str(source), str(target))


def _link_file(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        shutil.copy2(source, target)
