"""A round of trials through any of Hydra's launchers, and their records afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher

from oneaxis.analysis.comparison import wanted_trials
from oneaxis.canonical import digest
from oneaxis.errors import BadRecord, TrialRefused
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.guard import container, now, resolved
from oneaxis.trial.outcome import read_metrics
from oneaxis.vocabulary import Failure, Record, Status, Study, Trial


def pending(study: Study, records: Mapping[int, Record]) -> tuple[Trial, ...]:
    """The trials that the study needs and that have no record yet, in planned order."""
    wanted = wanted_trials(study.plan, records, study.policy)
    return tuple(trial for trial in wanted if trial.index not in records)


def launch(
    launcher: Launcher, trials: Sequence[Trial], overrides: Mapping[int, Sequence[str]], *, one_by_one: bool
) -> Iterator[tuple[Sequence[Trial], Sequence[JobReturn]]]:
    """Run trials in as few launches as possible: all at once, or one by one where each may end the study."""
    batches = [[trial] for trial in trials] if one_by_one else [list(trials)]
    for batch in batches:
        if batch:
            yield batch, launcher.launch([list(overrides[trial.index]) for trial in batch], batch[0].index)


def settle(study: Study, folder: StudyFolder, trial: Trial, job: JobReturn | None) -> Record | None:
    """A trial's record from its folder; rebuilt from Hydra's job return where no shared disk brought one.

    A damaged record becomes a failed one under the same name, its reason in it.
    """
    try:
        record = folder.record(trial.folder)
    except BadRecord as error:
        damaged = _blank(study, trial, "failed", Failure("BadRecord", str(error)))
        folder.write_record(damaged)
        return damaged
    if record is not None and record.study == study.id:
        return record
    if job is None or job.status == JobStatus.UNKNOWN:
        return None
    rebuilt = _rebuilt(study, trial, job)
    folder.write_record(rebuilt)
    return rebuilt


def settle_lost(study: Study, folder: StudyFolder, trials: Sequence[Trial]) -> None:
    """Write a failed record for each trial that left none: adaptive looks must know that it ended."""
    reason = Failure("NoRecord", "the launcher came back, and the trial left no record")
    for trial in trials:
        if folder.record(trial.folder) is None:
            folder.write_record(_blank(study, trial, "failed", reason))


def _rebuilt(study: Study, trial: Trial, job: JobReturn) -> Record:
    returned = job._return_value  # noqa: SLF001 - the public property raises for failed jobs
    if job.status == JobStatus.COMPLETED:
        metrics, failure = read_metrics(returned)
        if study.plan.reference is None:
            failure = None  # nothing is compared, so no metric is needed
    else:
        metrics, failure = {}, Failure(type(returned).__name__, str(returned))
    status: Status = "failed" if failure else "finished"
    if isinstance(returned, TrialRefused):
        status = "refused"
    blank = _blank(study, trial, status, failure)
    if job.cfg is None:
        return replace(blank, metrics=metrics)
    return replace(blank, metrics=metrics, config=resolved(job.cfg), fingerprint=digest(container(job.cfg)))


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
