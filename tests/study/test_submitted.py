"""Jobs in a queue: what Slurm says of them, and what becomes of a job that it lost."""

from __future__ import annotations

import json
import os

import pytest
from hydra.core.utils import JobReturn, JobStatus
from tests.study.examples import study

from oneaxis.errors import QueueSilent, TrialFailed, WorkerDied
from oneaxis.study import slurm, submitted
from oneaxis.study.folder import StudyFolder
from oneaxis.study.leftovers import clear
from oneaxis.study.slurm import Queue
from oneaxis.study.submitted import JOBS_FILE, Jobs
from oneaxis.trial.own import made

submitit = pytest.importorskip("submitit")


@pytest.fixture
def squeue(tmp_path, monkeypatch):
    """`squeue("7_0|RUNNING|n1")` is what Slurm answers from now on; None: it doesn't."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr(slurm, "SHORTEST", 0.0)
    monkeypatch.setattr(slurm, "LONGEST", 0.0)
    monkeypatch.setattr(submitted, "LATE", {"slurm": 0.0})

    def answers(*lines):
        text = (
            "echo 'Unable to contact slurm controller' >&2; exit 1"
            if lines == (None,)
            else f"echo '{chr(10).join(lines)}'"
        )
        (programs / "squeue").write_text(f"#!/bin/sh\n{text}\n")
        (programs / "squeue").chmod(0o755)

    return answers


@pytest.mark.parametrize(
    "answer, held",
    [
        ("7_0|PENDING|", True),
        ("7_0|RUNNING|n1", True),
        ("7_0|COMPLETING|n1", True),
        ("7_0|COMPLETED|n1", False),
        ("7_0|NODE_FAIL|n1", False),
        ("8|RUNNING|n1", False),
    ],
)
def test_a_job_is_held_while_it_waits_or_runs(squeue, answer, held):
    squeue(answer)
    assert Queue().holds("7_0") is held
    assert Queue().may_hold("7_0") is held


def test_where_the_queue_does_not_answer_no_job_is_given_up(squeue):
    squeue(None)
    assert Queue().may_hold("7_0")
    with pytest.raises(QueueSilent, match="Unable to contact slurm controller"):
        Queue().holds("7_0")


@pytest.mark.parametrize(
    "answer, kind, words",
    [
        ("7_0|NODE_FAIL|n2", WorkerDied, "Slurm's job 7_0 ended as NODE_FAIL on n2"),
        ("7_0|OUT_OF_MEMORY|n2", WorkerDied, "OUT_OF_MEMORY"),
        ("8|RUNNING|n1", WorkerDied, "ended as unknown"),
        ("7_0|TIMEOUT|n2", TrialFailed, "longer than hydra.launcher.timeout_min allows"),
        ("7_0|CANCELLED|", TrialFailed, "`oneaxis resume` runs it again"),
    ],
)
def test_a_lost_job_says_what_became_of_it(squeue, tmp_path, answer, kind, words):
    squeue("7_0|RUNNING|n2", "7_1|RUNNING|n1")
    jobs = queued(tmp_path)
    squeue(answer, "7_1|COMPLETED|n1")
    submitit.core.utils.cloudpickle_dump(
        ("success", JobReturn(status=JobStatus.COMPLETED)), tmp_path / ".submitit" / "7_1" / "7_1_0_result.pkl"
    )
    lost, kept = Jobs(tmp_path).returns(jobs)
    assert type(lost._return_value) is kind
    assert words in str(lost._return_value)
    assert kept.status == JobStatus.COMPLETED, "the others keep their returns"


def queued(root):
    """Two jobs that were submitted before."""
    trials = study().plan.trials
    with (root / JOBS_FILE).open("w") as file:
        for number in (0, 1):
            (root / ".submitit" / f"7_{number}").mkdir(parents=True)
            for job in (f"5_{number}", f"7_{number}"):
                line = {"schema": 1, "trial": trials[number].index, "job": job, "cluster": "slurm"}
                file.write(json.dumps(line | {"folder": ".submitit/%j"}) + "\n")
        file.write('{"schema": 1, "tri')
    return Jobs(root).queued()


def test_the_last_job_of_each_trial_is_known_again(squeue, tmp_path):
    squeue("5_0|RUNNING|n1", "7_0|RUNNING|n1", "7_1|COMPLETED|n1")
    assert [(job.trial, job.job) for job in queued(tmp_path)] == [(0, "7_0")]


def test_a_job_that_was_not_noted_is_known_by_the_folder_in_which_it_works(squeue, tmp_path):
    squeue("9_2|RUNNING|n1")
    for number, job, queue in ((0, "9_2", "slurm"), (1, "9_1", "slurm"), (2, "9_2", "local")):
        folder = tmp_path / study().plan.trials[number].folder
        folder.mkdir()
        (made(folder) / "running.json").write_text(json.dumps({"job": job, "queue": queue, "machine": "far"}))
    lines, found = clear(StudyFolder(tmp_path), study())
    assert [(job.trial, job.job) for job in found] == [(0, "9_2")]
    assert "in the queue: 1 trial is waiting or running there since before, and not started again" in lines
    set_aside = {path.parts[-6] for path in tmp_path.rglob("attempts/1/*/running.json")}
    assert set_aside == {study().plan.trials[number].folder for number in (1, 2)}


def test_without_a_queue_on_this_machine_nothing_is_held(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert queued(tmp_path) == ()


def test_a_round_longer_than_slurms_longest_array_goes_there_in_parts(squeue, tmp_path, monkeypatch):
    """And each job stays its own trial's."""
    (tmp_path / "programs" / "scontrol").write_text("#!/bin/sh\necho 'MaxArraySize            = 2'\n")
    (tmp_path / "programs" / "scontrol").chmod(0o755)
    squeue("1_0|COMPLETED|n1")
    arrays = []

    class Job:
        def __init__(self, name):
            self.job_id = name

    def map_array(self, function, *columns):
        arrays.append(columns)
        return [Job(f"{len(arrays)}_{number}") for number, _ in enumerate(columns[0])]

    monkeypatch.setattr(submitit.AutoExecutor, "map_array", map_array)
    launcher = type("Launcher", (), {"__module__": "hydra_plugins.hydra_submitit_launcher.submitit_launcher"})()
    executor = submitit.AutoExecutor.__new__(submitit.AutoExecutor)
    executor.folder = tmp_path / ".submitit" / "%j"
    executor.cluster = "slurm"
    trials = study().plan.trials
    with Jobs(tmp_path).submitting(launcher, trials):
        executor.map_array(print, ["a", "b", "c"], [0, 1, 2])
    assert arrays == [(("a", "b"), (0, 1)), (("c",), (2,))]
    noted = [json.loads(line) for line in (tmp_path / JOBS_FILE).read_text().splitlines()]
    assert [(line["trial"], line["job"]) for line in noted] == [(0, "1_0"), (1, "1_1"), (2, "2_0")]
