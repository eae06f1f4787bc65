"""Studies on a real Slurm of two nodes, with one override: `hydra/launcher=submitit_slurm`."""

from __future__ import annotations

import json
import time
from collections import defaultdict

import pytest
from tests.conftest import Study

SLURM = "hydra/launcher=submitit_slurm"


def jobs_of(study):
    """The jobs of each trial, in the order in which they were handed to the queue."""
    found = defaultdict(list)
    for line in (study.root / "jobs.jsonl").read_text().splitlines():
        job = json.loads(line)
        found[study.plan["trials"][job["trial"]]["folder"]].append(job["job"])
    return found


def wait_until(condition, process, *, seconds=900):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_study_with_adaptive_seeds_runs_as_arrays_on_both_nodes(cluster, submit):
    """The nodes have the study's folder, and neither the project's own nor the login machine's temporary files."""
    app = submit("noisy", within="login")
    folder = cluster.root.parent / "studies" / "adaptive"
    ended = app.sweep("shift=choice(0.06)", SLURM, "hydra.sweeper.seeds=adaptive", f"hydra.sweep.dir={folder}")
    assert ended.status == 0, ended
    study = Study(folder)
    assert set(study.statuses.values()) == {"finished"}
    assert "comparable" in ended.out
    assert "better" in ended.out
    assert "sacct" not in ended.said, "Slurm without accounting is no trouble"
    arrays = {job["ArrayJobId"] for job in cluster.ended if "ArrayJobId" in job}
    assert len(arrays) == 2, "two rounds, two arrays"
    assert {job["NodeList"] for job in cluster.ended} == {"n1", "n2"}
    assert "look after 3 seeds: 1 of 1 deviations go on" in ended.said
    assert {len(jobs) for jobs in jobs_of(study).values()} == {1}


def test_nodes_may_have_mounted_the_studys_folder_elsewhere(cluster, submit):
    if not cluster.apart:
        pytest.skip("NO OTHER MOUNTS: only root may give a node mounts of its own")
    app = submit("plain", within="moved/apps")
    (app.root / "helper.py").write_text("import os\n\n\ndef here():\n    return os.path.realpath(os.curdir)\n")
    script = app.root / "app.py"
    script.write_text(
        script.read_text()
        .replace("import hydra\n", "import helper\nimport hydra\n", 1)
        .replace("    score = ", "    print(f'this is {helper.here()}')\n    score = ")
    )
    ended = app.sweep("lr=0.5,1", SLURM, "hydra.sweeper.controls={repeat: true}")
    assert ended.status == 0, ended
    assert set(app.study.statuses.values()) == {"finished"}
    assert "✓ comparable" in ended.out
    assert {tuple(sorted(record["code"])) for record in app.study.records.values()} == {("app.py", "helper.py")}


def test_a_node_lost_in_the_middle_costs_its_trials_a_second_start_and_nothing_else(cluster, submit):
    app = submit("waits")
    sweep = app.start_sweep("x=2,3", SLURM)
    try:
        wait_until(lambda: len(list(app.root.rglob("x=*/.oneaxis/running.json"))) == 2, sweep)
        [lost] = [name for name, jobs in jobs_of(app.study).items() if cluster.node_of(jobs[0]) == "n2"]
        cluster.lose("n2")
        (app.root / "go 2").touch()
        (app.root / "go 3").touch()
        out, errors = sweep.communicate(timeout=900)
    finally:
        sweep.kill()
        cluster.start_node("n2")
    assert sweep.returncode == 0, (out, errors)
    assert app.study.metric("score") == {"reference": 1.0, "x=2": 2.0, "x=3": 3.0}
    assert {name: len(jobs) for name, jobs in jobs_of(app.study).items()} == {
        name: 2 if name == lost else 1 for name in ("reference", "x=2", "x=3")
    }
    cluster.wait_for(lambda: set(cluster.states().values()) == {"idle"}, "the node to come back")


def test_jobs_that_wait_in_the_queue_are_not_started_twice_when_the_login_process_was_killed(cluster, submit):
    app = submit("waits")
    sweep = app.start_sweep("x=2,3,4", SLURM, "hydra.sweep.dir=study")
    wait_until(lambda: len(list(app.root.glob("study/x=*/.oneaxis/running.json"))) == 2, sweep)
    sweep.kill()
    sweep.communicate()
    assert list(cluster.queue().values()).count("PENDING") == 1
    resumed = app.start("-m", "oneaxis.cli", "resume", "study")
    said = ""
    while "To run" not in said:
        line = resumed.stdout.readline()
        assert line, resumed.communicate()
        said += line
    for number in (2, 3, 4):
        (app.root / f"go {number}").touch()
    out, errors = resumed.communicate(timeout=900)
    assert resumed.returncode == 0, (said, out, errors)
    assert "in the queue: 3 trials are waiting or running there since before, and not started again" in said
    assert app.study.metric("score") == {"reference": 1.0, "x=2": 2.0, "x=3": 3.0, "x=4": 4.0}
    assert {len(jobs) for jobs in jobs_of(app.study).values()} == {1}
    assert not list(app.root.glob("study/*/.oneaxis/attempts"))
