"""Which trials a round has, and their records afterwards."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import replace

from hydra.core.utils import JobReturn, JobStatus

from oneaxis.analysis.comparison import wanted_trials
from oneaxis.canonical import digest
from oneaxis.errors import BadRecord, OneAxisError, TrialRefused, TrialTaken, WorkerDied
from oneaxis.study.folder import StudyFolder
from oneaxis.study.returns import KeptReturn, keep
from oneaxis.trial.guard import container, now, resolved
from oneaxis.trial.running import last_output, set_aside
from oneaxis.vocabulary import Failure, Record, Status, Study, Trial


class Unwritten(OneAxisError):
    """A record that the disk doesn't take; `record` is what would be lost."""

    def __init__(self, record: Record, error: OSError) -> None:
        super().__init__(f"the record of {record.folder} can't be written: {error.strerror}")
        self.record = record


def pending(study: Study, records: Mapping[int, Record]) -> tuple[Trial, ...]:
    """The trials that the study needs and that have no record yet, in planned order."""
    wanted = wanted_trials(study.plan, records, study.policy)
    return tuple(trial for trial in wanted if trial.index not in records)


def settle(study: Study, folder: StudyFolder, trial: Trial, job: JobReturn | None) -> Record | None:
    """A trial's record from its folder; rebuilt from Hydra's job return where no shared disk brought one.

    A damaged record is moved into `.oneaxis/attempts/`, and a failed one with the reason takes its place.

    Raises
    ------
    Unwritten
        If the record can't be written; it holds the record.
    """
    try:
        record = folder.record(trial.folder)
    except BadRecord as error:
        set_aside(folder.job(trial.folder))
        return _written(folder, _blank(study, trial, "failed", Failure("BadRecord", str(error))))
    if record is not None and record.study == study.id:
        return record
    returned = None if job is None else job._return_value  # noqa: SLF001 - the public property raises for failed jobs
    if job is None or job.status == JobStatus.UNKNOWN or isinstance(returned, TrialTaken):
        return None
    rebuilt = _rebuilt(study, trial, job)
    if isinstance(returned, WorkerDied) and rebuilt.failure is not None:
        told = replace(rebuilt.failure, traceback=last_output(folder.job(trial.folder)))
        rebuilt = replace(rebuilt, failure=told)
    return _written(folder, rebuilt)


def _written(folder: StudyFolder, record: Record) -> Record:
    try:
        folder.write_record(record)
    except OSError as error:
        raise Unwritten(record, error) from error
    return record


def settle_lost(study: Study, folder: StudyFolder, trial: Trial) -> Record:
    """Write a failed record for a trial that left none: adaptive looks must know that it ended.

    Raises
    ------
    Unwritten
        As `settle`.
    """
    reason = Failure("NoRecord", "the launcher came back, and the trial left no record")
    return _written(folder, _blank(study, trial, "failed", reason))


def _rebuilt(study: Study, trial: Trial, job: JobReturn) -> Record:
    kept = job if isinstance(job, KeptReturn) else keep(job)
    told = kept.told
    failure = told.failure if told.kind is None else Failure(told.kind, told.text, _cause(job))
    if told.kind is None and study.plan.reference is None:
        failure = None  # nothing is compared, so no metric is needed
    status: Status = "failed" if failure else "finished"
    if told.ours and told.kind == TrialRefused.__name__:
        status = "refused"
    blank = replace(_blank(study, trial, status, failure), metrics=told.metrics)
    if kept is not job and job.cfg is not None:
        return replace(blank, config=resolved(job.cfg), fingerprint=digest(container(job.cfg)))
    return blank if told.config is None else replace(blank, config=told.config, fingerprint=told.fingerprint or "")


def _cause(job: JobReturn) -> str:
    """The traceback of what kept a job from its task, where the error that tells of it has one."""
    cause = getattr(job._return_value, "__cause__", None)  # noqa: SLF001 - the public property raises for failed jobs
    return "" if cause is None else "".join(traceback.format_exception(cause))


def _blank(study: Study, trial: Trial, status: Status, failure: Failure | None) -> Record:
    moment = now()
    return Record(
        study=study.id,
        trial=trial.index,
        role=trial.role,
        axis=trial.axis,
        value=trial.value,
        deviation=trial.deviation,
        seed=trial.seed,
        folder=trial.folder,
        status=status,
        failure=failure,
        overrides=trial.overrides,
        digest=trial.digest,
        started=moment,
        ended=moment,
    )
