"""Trials are launched until each has a record or was given up, whatever a dying worker takes along."""

from __future__ import annotations

import json

import pytest
from hydra.core.utils import JobReturn, JobStatus
from tests.study.examples import record, study

from oneaxis.errors import TrialFailed, TrialTaken, WorkerDied
from oneaxis.study.folder import StudyFolder
from oneaxis.study.interrupts import Terminated
from oneaxis.study.relaunch import Relaunch, batches
from oneaxis.study.started import Started
from oneaxis.trial.own import PLACE, made

TRIALS = study().plan.trials


class Batch(RuntimeError):
    """What a launcher raises that loses its batch."""


class Impossible(OSError):
    """What Hydra raises before a task."""


class Launcher:
    """Runs trials in order as a plan says: each trial's ends, one an attempt. `die` ends the whole batch."""

    def __init__(self, folder, **ends):
        self.folder = folder
        self.ends = {int(name[1:]): list(found) for name, found in ends.items()}
        self.launched = []
        self.trials = TRIALS

    def launch(self, job_overrides, first):
        indices = [int(overrides[0]) for overrides in job_overrides]
        assert indices[0] == first
        self.launched.append(indices)
        return [self.run(self.trials[index]) for index in indices]

    def run(self, trial):
        ends = self.ends.get(trial.index, [])
        end = ends.pop(0) if ends else "finish"
        job = self.folder.job(trial.folder)
        job.mkdir(exist_ok=True)
        if end in ("early", "starts", "begins"):
            Started(self.folder.root).note(trial.index)
            if end == "early":
                raise Impossible(f"no folder for {trial.deviation}")
            if end == "begins":
                (made(job) / "running.json").write_text("{}")
            return None
        if end == "finish":
            self.folder.write_record(record(trial, acc=1.0))
            return JobReturn(status=JobStatus.COMPLETED)
        if end == "broken":
            raise Batch("no workers at all")
        (made(job) / "running.json").write_text("{}")
        if end == "interrupted":
            try:
                raise Terminated
            finally:
                raise AttributeError("what was half made when the signal came")
        if end == "late":
            (made(job) / "fault.txt").write_text("Timeout (0:00:02)!\n")
        if end in ("die", "late"):
            raise Batch("a worker died\nand more")
        (made(job) / "running.json").write_text(json.dumps({"machine": "far"}))
        returned = JobReturn(status=JobStatus.FAILED)
        returned.return_value = {"own": WorkerDied("killed by SIGKILL"), "taken": TrialTaken("elsewhere")}[end]
        return returned


@pytest.fixture
def folder(tmp_path):
    return StudyFolder(tmp_path)


def run(folder, launcher, *, trials=TRIALS, **options):
    said = []
    relaunch = Relaunch(launcher, folder, lambda trial: [str(trial.index)], say=said.append, **options)
    ended = {}
    for batch, jobs in relaunch.run([list(trials)]):
        for trial, job in zip(batch, jobs, strict=True):
            assert trial.index not in ended, "told twice"
            ended[trial.index] = job
    assert sorted(ended) == [trial.index for trial in trials]
    return ended, said


def reason(job):
    return f"{type(job._return_value).__name__}: {job._return_value}"


def test_nothing_is_launched_twice_that_did_not_die(folder):
    launcher = Launcher(folder)
    ended, said = run(folder, launcher)
    assert launcher.launched == [[0, 1, 2]]
    assert said == []
    assert {job.status for job in ended.values()} == {JobStatus.COMPLETED}


def test_a_batch_lost_by_one_worker_goes_on_with_what_has_no_record_and_the_suspect_alone(folder):
    launcher = Launcher(folder, t1=["die"])
    ended, said = run(folder, launcher)
    assert launcher.launched == [[0, 1, 2], [2], [1]]
    assert ended[0] is None, "only the disk can tell"
    assert said == ["launched again: lr=0.5 · seed 0 (Batch)"]
    assert (folder.job(TRIALS[1].folder) / PLACE / "attempts" / "1" / PLACE / "running.json").exists()


def test_which_jobs_start_first_is_told_by_their_numbers_in_each_launch(folder):
    launcher, told = Launcher(folder), []
    launcher.ranks = {0: 2, 1: 1, 2: 0}  # by trial
    launch = launcher.launch
    launcher.launch = lambda overrides, first: told.append(launcher.ranks) or launch(overrides, first)
    relaunch = Relaunch(launcher, folder, lambda trial: [str(trial.index)])
    list(relaunch.run([[TRIALS[0], TRIALS[2]], [TRIALS[1]]]))
    assert told == [{0: 2, 1: 0}, {1: 1}]


def test_a_trial_that_ends_its_worker_twice_is_given_up(folder):
    launcher = Launcher(folder, t1=["die", "die"])
    ended, _ = run(folder, launcher)
    assert launcher.launched == [[0, 1, 2], [2], [1]]
    assert reason(ended[1]) == (
        "WorkerDied: its process died (Batch: a worker died); so it ended twice, and was given up"
    )


def test_a_process_of_its_own_is_launched_again_once(folder):
    launcher = Launcher(folder, t0=["own"], t2=["own", "own"])
    ended, said = run(folder, launcher)
    assert launcher.launched == [[0, 1, 2], [0, 2]]
    assert ended[0].status == JobStatus.COMPLETED
    assert reason(ended[2]) == "WorkerDied: killed by SIGKILL; so it ended twice, and was given up"
    assert said == ["launched again: reference · seed 0, lr=0.9 · seed 0 (its process died)"]


def test_a_trial_over_its_time_is_not_tried_again(folder):
    launcher = Launcher(folder, t1=["late"])
    ended, _ = run(folder, launcher, limit=2.0)
    assert launcher.launched == [[0, 1, 2], [2]]
    assert type(ended[1]._return_value) is TrialFailed
    assert "it took longer than 2 s" in reason(ended[1])


def test_a_trial_that_runs_elsewhere_is_waited_for_on_disk(folder):
    ended, _ = run(folder, Launcher(folder, t1=["taken"]))
    assert ended[1] is None


def test_an_interrupt_that_another_error_hides_ends_the_study(folder):
    launcher = Launcher(folder, t1=["interrupted"])
    with pytest.raises(Terminated):
        run(folder, launcher)
    assert launcher.launched == [[0, 1, 2]]


def test_a_launcher_that_starts_nothing_is_not_asked_again(folder):
    launcher = Launcher(folder, t0=["broken"] * 9)
    with pytest.raises(Batch, match="no workers at all"):
        run(folder, launcher)
    assert launcher.launched == [[0, 1, 2]]


# -- a job that fails before its task ---------------------------------------------------------------

REASON = "TrialFailed: before its task: Impossible: no folder for lr=0.5"


def test_a_job_that_fails_before_its_task_is_tried_alone_and_costs_its_trial_only(folder):
    launcher = Launcher(folder, t1=["early"] * 9)
    ended, said = run(folder, launcher)
    assert launcher.launched == [[0, 1, 2], [1], [2]]
    assert reason(ended[1]) == REASON
    assert ended[2].status == JobStatus.COMPLETED
    assert said == ["launched again: lr=0.5 · seed 0 (Impossible)"]


def test_what_had_begun_meanwhile_is_not_to_blame(folder):
    """However often it happens: nothing of it counts as a death."""
    launcher = Launcher(folder, t0=["begins", "begins"], t1=["early"] * 9, t2=["early"] * 9)
    ended, said = run(folder, launcher)
    assert launcher.launched == [[0, 1, 2], [1], [0, 2], [2], [0]]
    assert ended[0].status == JobStatus.COMPLETED
    assert said[0] == "launched again: lr=0.5 · seed 0, reference · seed 0 (Impossible)"
    assert (folder.job(TRIALS[0].folder) / PLACE / "attempts" / "2" / PLACE / "running.json").exists()


def test_of_several_that_had_just_started_each_half_is_tried(folder):
    launcher = Launcher(folder, t0=["starts"], t1=["starts", "starts"], t2=["early"] * 9)
    ended, _ = run(folder, launcher)
    assert launcher.launched == [[0, 1, 2], [0], [1, 2], [1], [2]]
    assert ended[0].status == ended[1].status == JobStatus.COMPLETED
    assert type(ended[2]._return_value) is TrialFailed


def test_other_seeds_of_it_take_nothing_along(folder):
    trials = study(seeds=(0, 1)).plan.trials
    bad = [trial.index for trial in trials if trial.deviation == "lr=0.5"]
    launcher = Launcher(folder, **{f"t{index}": ["early"] * 9 for index in bad})
    launcher.trials = trials
    ended, _ = run(folder, launcher, trials=trials, contiguous=True)
    assert [batch for batch in launcher.launched if set(batch) & set(bad)][1:] == [[index] for index in bad]
    assert [trial for trial, job in ended.items() if job and job.status == JobStatus.FAILED] == bad
    for batch in launcher.launched:
        assert batch == list(range(batch[0], batch[0] + len(batch))), "a launch numbers its jobs upwards"


def test_a_process_that_exits_before_the_task_costs_its_trial_only(folder):
    class Exits(Launcher):
        def launch(self, job_overrides, first):
            try:
                return super().launch(job_overrides, first)
            except Impossible as error:
                raise SystemExit(3) from error

    ended, _ = run(folder, Exits(folder, t1=["early"] * 9))
    assert "SystemExit: 3" in reason(ended[1])


def test_a_launcher_that_stops_working_is_not_asked_for_each_trial(folder):
    launcher = Launcher(folder, t1=["broken"] * 9)
    with pytest.raises(Batch, match="no workers at all"):
        run(folder, launcher)
    assert launcher.launched == [[0, 1, 2], [1, 2]]


@pytest.mark.parametrize(
    "indices, most, contiguous, expected",
    [
        ([0, 1, 2], None, False, [[0, 1, 2]]),
        ([0, 1, 2], 1, False, [[0], [1], [2]]),
        ([0, 1, 2], 2, False, [[0, 1], [2]]),
        ([0, 2], None, False, [[0, 2]]),
        ([0, 2], None, True, [[0], [2]]),
        ([], None, False, []),
    ],
)
def test_launches_are_few(indices, most, contiguous, expected):
    found = batches([TRIALS[index] for index in indices], most=most, contiguous=contiguous)
    assert [[trial.index for trial in batch] for batch in found] == expected
