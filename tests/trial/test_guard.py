"""The guard around the task, in a job as Hydra composes and runs it."""

from __future__ import annotations

import os
import sys
from datetime import datetime

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobStatus
from omegaconf import OmegaConf
from tests.trial.jobs import CONFIG, App, Jobs

import oneaxis
from oneaxis.canonical import digest
from oneaxis.composing.text import quote
from oneaxis.errors import TrialFailed, TrialRefused
from oneaxis.trial.codec import read_record
from oneaxis.trial.guard import Guard, resolved
from oneaxis.trial.own import PLACE


def never(_):
    pytest.fail("the task ran")


@pytest.fixture
def reference(jobs):
    return jobs.plan().trials[0]


@pytest.fixture
def deviation(jobs):
    """`lr=0.5` at seed 7."""
    return jobs.plan("lr=0.1,0.5", "seed=7,8").trials[1]


def guarded(jobs, trial, task, more=(), **settings):
    """What a guarded job returned, and the record that it left."""
    job = jobs.run(trial, Guard(task, "the study", **{"tracked": False, **settings}), more)
    return job, jobs.folder.record(trial.folder)


def test_a_trial_that_went_well_leaves_all_of_it_in_its_record(jobs, deviation):
    def task(cfg):
        oneaxis.log(1, loss=cfg.lr)
        oneaxis.predictions([1], [2], [3])
        oneaxis.fingerprint_data(train=[1, 2])
        with oneaxis.phase("train"):
            return {"acc": cfg.lr}

    job, record = guarded(jobs, deviation, task)

    assert (job.status, job.return_value) == (JobStatus.COMPLETED, {"acc": 0.5})
    assert (record.study, record.trial, record.role) == ("the study", 1, "deviation")
    assert (record.axis, record.value, record.deviation) == ("lr", "0.5", "lr=0.5")
    assert (record.seed, record.folder) == (7, "lr=0.5,seed=7")
    assert (record.status, record.metrics, record.failure) == ("finished", {"acc": 0.5}, None)
    assert record.overrides == ("lr=0.5", "seed=7")
    assert record.config == {"seed": 7, "lr": 0.5, "twice": "${lr}", "unknown": "${oc.env:ONEAXIS_TEST_UNSET}"}
    assert record.digest == deviation.digest
    assert record.fingerprint == digest({**record.config}) != record.digest, "the seed is in the fingerprint"
    assert list(record.phases) == ["train"]
    assert list(record.data) == ["train"]
    assert (record.predictions, record.curves) == ("predictions.npz", "curves.jsonl")
    assert record.machine["process"] == os.getpid()
    assert record.seconds >= record.phases["train"] >= 0
    assert datetime.fromisoformat(record.started) <= datetime.fromisoformat(record.ended)
    folder = jobs.folder.job(deviation.folder)
    assert {path.name for path in folder.iterdir()} == {".hydra", "record.json", "curves.jsonl", "predictions.npz"}


def test_the_return_value_is_passed_on_untouched(jobs, reference):
    returned = {"acc": 1, "extra": object()}
    job, record = guarded(jobs, reference, lambda _: returned)

    assert job.return_value is returned
    assert record.metrics == {"acc": 1.0}


@pytest.mark.parametrize(
    "value", ["a b", "it's", '"q"', "a=b,c", "${lr}", "\\", "é→🚀", "[1, 2]", "x" * 300, "null", " "]
)
def test_a_ticket_survives_any_value(jobs, value):
    [_, trial] = jobs.plan(f"lr=choice({quote(value)})").trials
    _, record = guarded(jobs, trial, lambda cfg: {"the value came": cfg.lr == value})

    assert record.metrics == {"the value came": 1.0}
    assert (record.value, record.deviation) == (trial.value, f"lr={trial.value}")


# -- what is not the proved configuration ----------------------------------------------------------


@pytest.mark.parametrize("more", [["lr=0.6"], ["+new=1"], ["~twice"], ["twice=0.5"], ["lr='0.5'"]])
def test_a_job_with_another_configuration_than_the_proved_one_is_refused(jobs, deviation, more):
    job, record = guarded(jobs, deviation, never, more)

    assert job.status == JobStatus.FAILED
    assert isinstance(job._return_value, TrialRefused)
    assert (record.status, record.failure.kind) == ("refused", "NotThePlannedConfig")
    assert str(job._return_value) == record.failure.message
    assert record.failure.message.startswith("lr=0.5: the job's configuration isn't the one that was proved (planned")
    assert record.metrics == {}


def test_a_file_edited_in_between_is_caught(tmp_path):
    jobs = Jobs(App(tmp_path), tmp_path)
    [reference] = jobs.plan().trials
    jobs.app.file.write_text(CONFIG.replace("lr: 0.1", "lr: 0.2"))
    _, record = guarded(jobs, reference, never)

    assert record.status == "refused"
    assert record.failure.message.startswith("reference: ")
    assert "edited during the study" in record.failure.message


def test_another_seed_than_the_planned_one_is_refused(jobs, deviation):
    _, record = guarded(jobs, deviation, never, ["seed=9"])

    assert (record.status, record.failure.kind) == ("refused", "NotThePlannedSeed")
    assert record.failure.message == "lr=0.5: `seed` is 9, and 7 was planned"


def test_what_an_interpolation_resolves_to_is_no_matter_of_the_guard(jobs, reference, monkeypatch):
    """Times and environments may differ between plan and job."""
    monkeypatch.setenv("ONEAXIS_TEST_UNSET", "now it is set")
    _, record = guarded(jobs, reference, lambda cfg: {"acc": len(cfg.unknown)})

    assert record.metrics == {"acc": 13.0}
    assert record.config["unknown"] == "now it is set"


# -- how a task may end ----------------------------------------------------------------------------


class TaskError(Exception):
    pass


def raising(error):
    def task(_):
        oneaxis.log(1, loss=1)
        with oneaxis.phase("train"):
            raise error

    return task


def test_a_task_that_raises_leaves_a_failed_record_and_the_error_passes_through(jobs, reference):
    error = TaskError("two\nlines, and 'quotes'")
    job, record = guarded(jobs, reference, raising(error))

    assert job._return_value is error
    assert (record.status, record.metrics) == ("failed", {})
    assert (record.failure.kind, record.failure.message) == ("TaskError", str(error))
    assert "in task" in record.failure.traceback
    assert list(record.phases) == ["train"]
    assert record.seconds >= 0


@pytest.mark.parametrize("code", [0, 1, None, "message"])
def test_sys_exit_is_a_failed_trial_and_not_the_end_of_the_study(jobs, reference, code):
    job, record = guarded(jobs, reference, lambda _: sys.exit(code))

    assert isinstance(job._return_value, TrialFailed)
    assert (record.status, record.failure.kind) == ("failed", "SystemExit")
    assert record.failure.message == f"the task called sys.exit({code!r})"


def test_an_interrupt_passes_through_and_leaves_no_record(jobs, reference):
    with pytest.raises(KeyboardInterrupt):
        guarded(jobs, reference, raising(KeyboardInterrupt()))

    assert jobs.folder.record(reference.folder) is None
    oneaxis.log(2, loss=2)  # the journal was closed: this goes nowhere
    assert len((jobs.folder.job(reference.folder) / PLACE / "curves.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "returned, kind", [(None, "NoMetric"), ({}, "NoMetric"), ("text", "NotANumber"), ({"a": float("nan")}, "NotFinite")]
)
def test_a_return_value_without_usable_metrics_is_a_failed_record(jobs, reference, returned, kind):
    job, record = guarded(jobs, reference, lambda _: returned)

    assert job.return_value is returned or job.return_value == returned
    assert (record.status, record.failure.kind) == ("failed", kind)


def test_a_task_may_change_its_configuration_without_changing_its_record(jobs, reference):
    def task(cfg):
        cfg.lr = 99
        return cfg.lr

    _, record = guarded(jobs, reference, task)
    assert (record.config["lr"], record.metrics) == (0.1, {"objective": 99.0})


# -- where the record goes -------------------------------------------------------------------------


def test_an_app_that_names_its_own_job_folders_gets_the_record_beside_them(jobs, reference):
    job = jobs.run(reference, Guard(lambda _: 1.0, "s", tracked=False), ["hydra.sweep.subdir=mine"])

    assert job.status == JobStatus.COMPLETED
    assert read_record(jobs.folder.root / "mine") is None
    assert jobs.folder.record(reference.folder).status == "finished"


def test_a_job_sees_its_ticket_and_its_configuration_stays_clean(jobs, deviation):
    seen = {}

    def task(cfg):
        seen.update(OmegaConf.to_container(HydraConfig.get().sweeper.job))
        seen["keys"] = list(cfg)
        return 1.0

    guarded(jobs, deviation, task)
    assert (seen["axis"], seen["value"], seen["seed"], seen["role"]) == ("lr", "0.5", 7, "deviation")
    assert seen["keys"] == ["seed", "lr", "twice", "unknown"]


def test_a_configuration_is_recorded_resolved_where_it_can_be():
    assert resolved(OmegaConf.create({"a": 1, "b": "${a}"})) == {"a": 1, "b": 1}
    assert resolved(OmegaConf.create({"a": 1, "b": "${nowhere}"})) == {"a": 1, "b": "${nowhere}"}
    assert resolved(OmegaConf.create({"a": float("nan"), 1: None})) == {"a": "nan", "1": None}
