"""Rounds of trials, and a record for every trial that ended, with or without a shared disk."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest
from hydra.core.utils import JobReturn, JobStatus
from tests.study.examples import record, study

from oneaxis.canonical import digest
from oneaxis.errors import TrialTaken, WorkerDied
from oneaxis.study.rounds import Unwritten, pending, settle
from oneaxis.study.started import before_its_task
from oneaxis.trial.guard import Guard
from oneaxis.trial.outcome import NONE_RETURNED
from oneaxis.trial.own import PLACE

TRIALS = study().plan.trials


def test_pending_are_the_trials_without_a_record_in_planned_order():
    reference, one, two = TRIALS

    assert pending(study(), {}) == TRIALS
    assert pending(study(), {1: record(one)}) == (reference, two)
    assert pending(study(), {1: record(one, "failed"), 0: record(reference)}) == (two,)
    assert pending(study(), {trial.index: record(trial) for trial in TRIALS}) == ()


# -- settling: real job returns of Hydra -----------------------------------------------------------


@pytest.fixture
def planned(jobs):
    return jobs.study("lr=0.1,0.5")


@pytest.fixture
def deviation(planned):
    return planned.plan.trials[1]


def settled(jobs, planned, trial, task):
    """The record of a job that left none on this disk, returned and written."""
    found = settle(planned, jobs.folder, trial, jobs.run(trial, task))
    assert jobs.folder.record(trial.folder) == found
    return found


def test_a_record_on_disk_is_the_record(jobs, planned, deviation):
    job = jobs.run(deviation, Guard(lambda cfg: {"acc": cfg.lr}, planned.id, tracked=False))
    left = jobs.folder.record(deviation.folder)

    assert settle(planned, jobs.folder, deviation, job) == left
    assert settle(planned, jobs.folder, deviation, None) == left
    assert left.seconds is not None


def test_without_a_shared_disk_the_record_is_rebuilt_from_the_job_return(jobs, planned, deviation):
    found = settled(jobs, planned, deviation, lambda cfg: {"acc": cfg.lr})

    assert (found.status, found.metrics, found.failure) == ("finished", {"acc": 0.5}, None)
    assert (found.study, found.trial, found.role) == ("study", 1, "deviation")
    assert (found.axis, found.value, found.deviation, found.seed) == ("lr", "0.5", "lr=0.5", 0)
    assert (found.overrides, found.digest) == (deviation.overrides, deviation.digest)
    assert found.config["lr"] == 0.5
    assert found.fingerprint == digest({**found.config, "twice": "${lr}", "unknown": "${oc.env:ONEAXIS_TEST_UNSET}"})


def raising(error):
    def task(_):
        raise error

    return task


@pytest.mark.parametrize(
    "task, reason",
    [
        (raising(KeyError("gone")), "KeyError: 'gone'"),
        (
            lambda _: None,
            f"NoMetric: {NONE_RETURNED}",
        ),
        (lambda _: {"acc": float("nan")}, "NotFinite: metric `acc` is nan"),
        (Guard(lambda _: sys.exit(3), "study", tracked=False), "SystemExit: the task called sys.exit(3)"),
    ],
)
def test_a_job_without_a_result_is_rebuilt_as_failed_with_its_reason(jobs, planned, task, reason):
    found = settled(jobs, planned, planned.plan.trials[1], task)

    assert (found.status, found.metrics) == ("failed", {})
    assert f"{found.failure.kind}: {found.failure.message}" == reason


def test_a_refused_job_is_rebuilt_as_refused(jobs, planned, deviation):
    job = jobs.run(deviation, Guard(lambda _: 1.0, "study", tracked=False), ["lr=0.6"])
    (jobs.folder.job(deviation.folder) / "record.json").unlink()
    found = settle(planned, jobs.folder, deviation, job)

    assert (found.status, found.failure.kind) == ("refused", "TrialRefused")
    assert "isn't the one that was proved" in found.failure.message


@pytest.mark.parametrize("job", [None, JobReturn(status=JobStatus.UNKNOWN)])
def test_a_job_that_never_came_back_stays_missing(jobs, planned, deviation, job):
    assert settle(planned, jobs.folder, deviation, job) is None
    assert jobs.folder.record(deviation.folder) is None


def test_a_job_return_without_a_configuration_still_gives_its_metrics(jobs, planned, deviation):
    job = jobs.run(deviation, lambda cfg: cfg.lr)
    job.cfg = None

    assert settle(planned, jobs.folder, deviation, job).metrics == {"objective": 0.5}


def test_a_damaged_record_becomes_a_failed_one_and_stays_one(jobs, planned, deviation):
    job = jobs.run(deviation, Guard(lambda _: 1.0, planned.id, tracked=False))
    path = jobs.folder.job(deviation.folder) / "record.json"
    path.write_text(path.read_text()[:40])
    found = settle(planned, jobs.folder, deviation, job)

    assert (found.status, found.failure.kind) == ("failed", "BadRecord")
    assert f"{path}: damaged" in found.failure.message
    assert jobs.folder.records(planned)[deviation.index] == found, "the comparison reads it from disk"


def test_the_damaged_file_is_kept_beside(jobs, planned, deviation):
    jobs.run(deviation, Guard(lambda _: 1.0, planned.id, tracked=False))
    job = jobs.folder.job(deviation.folder)
    (job / "record.json").write_text('{"schema": 1, "study": "x"')
    settle(planned, jobs.folder, deviation, None)

    assert (job / PLACE / "attempts" / "1" / "record.json").read_text() == '{"schema": 1, "study": "x"'


def test_a_process_that_died_is_a_failed_record_with_its_last_output(jobs, planned, deviation):
    job = jobs.folder.job(deviation.folder)
    job.mkdir()
    (job / "app.log").write_text("loading\nout of memory\n")
    died = JobReturn(status=JobStatus.FAILED)
    died.return_value = WorkerDied("its process was killed by SIGKILL")
    found = settle(planned, jobs.folder, deviation, died)

    assert (found.status, found.failure.kind) == ("failed", "WorkerDied")
    assert found.failure.traceback == "app.log:\nloading\nout of memory"


def test_a_job_that_failed_before_its_task_is_a_failed_record_that_says_where(jobs, planned, deviation):
    try:
        Path("/dev/null/job").mkdir()
    except OSError as error:
        found = settle(planned, jobs.folder, deviation, before_its_task(error))
    assert (found.status, found.failure.kind) == ("failed", "TrialFailed")
    assert found.failure.message == "before its task: NotADirectoryError: [Errno 20] Not a directory: '/dev/null/job'"
    assert "in mkdir" in found.failure.traceback
    assert jobs.folder.record(deviation.folder) == found


def test_a_trial_that_another_process_works_at_is_not_this_ones_to_record(jobs, planned, deviation):
    taken = JobReturn(status=JobStatus.FAILED)
    taken.return_value = TrialTaken("process 7 works at it")

    assert settle(planned, jobs.folder, deviation, taken) is None
    assert jobs.folder.record(deviation.folder) is None


def test_a_record_that_the_disk_does_not_take_is_not_lost(jobs, planned, deviation, monkeypatch):
    job = jobs.run(deviation, lambda _: {"acc": 0.5})

    def full(record):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(jobs.folder, "write_record", full)
    with pytest.raises(Unwritten, match="can't be written: No space left on device") as caught:
        settle(planned, jobs.folder, deviation, job)
    assert caught.value.record.metrics == {"acc": 0.5}


def test_another_studys_record_in_the_same_place_is_not_taken(jobs, planned, deviation):
    jobs.folder.write_record(record(deviation, study_id="an older study", acc=9.0))

    assert settle(planned, jobs.folder, deviation, None) is None
    assert settled(jobs, planned, deviation, lambda _: 1.0).metrics == {"objective": 1.0}
