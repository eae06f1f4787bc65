"""A trial is the user's own program: small apps, each for one way in which a trial can become another one."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.conftest import Host

APPS = Path(__file__).parent / "apps"
SWEPT = ("lr=0.2,0.3",)
RIGHT = {"reference": 0.9, "lr=0.2": 0.8, "lr=0.3": 0.7}
LAUNCHERS = {
    "basic": ("hydra/launcher=basic",),
    "oneaxis": ("hydra/launcher=oneaxis", "hydra.sweeper.workers=2"),
    "anew": ("hydra/launcher=oneaxis", "hydra.sweeper.workers=2", "hydra.sweeper.warm=false"),
    "joblib": ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2"),
    "submitit_local": ("hydra/launcher=submitit_local", "hydra.sweeper.workers=2"),
}
OURS = ("oneaxis", "anew")
WHOLE = ("basic", *OURS)  # where the script runs
ALL = (*WHOLE, "joblib")


@dataclass(frozen=True)
class Kind:
    """What an app must do: metrics of its trials, and files that it leaves with their sizes."""

    metrics: dict[str, dict[str, float]] = field(default_factory=lambda: {"val_acc": RIGHT})
    files: dict[str, int] = field(default_factory=dict)
    launchers: tuple[str, ...] = WHOLE
    swept: tuple[str, ...] = SWEPT
    arguments: tuple[str, ...] = ()
    lost: str | None = None  # what the plan says of launchers that send the task alone


def each(value):
    return dict.fromkeys(RIGHT, value)


KINDS = {
    # What the script sets or registers.
    "setting_by_script": Kind(
        {"val_acc": {"reference": 0.23, "lr=0.2": 0.13, "lr=0.3": 0.03}},
        lost="`decimal.getcontext().prec = 2` isn't run",
    ),
    "setting_under_the_guard": Kind(
        {"val_acc": {"reference": 0.23, "lr=0.2": 0.13, "lr=0.3": 0.03}},
        lost="`decimal.getcontext().prec = 2` isn't run",
    ),
    "registry_filled_by_script": Kind(lost="`shapes.KNOWN['round'] = 1.0` isn't run"),
    "resolver_under_the_guard": Kind({"val_acc": RIGHT, "twice": {"reference": 0.2, "lr=0.2": 0.4, "lr=0.3": 0.6}}),
    "start_method": Kind({"val_acc": RIGHT, "spawns": each(1)}, lost="`mp.set_start_method('spawn')` isn't run"),
    "env_set_read_at_import": Kind(
        {"val_acc": {"reference": 9, "lr=0.2": 8, "lr=0.3": 7, "lr=0.4": 6}}, swept=("lr=0.2,0.3,0.4",), launchers=ALL
    ),
    "own_arguments": Kind(
        {"val_acc": {"reference": 1.8, "lr=0.2": 1.6, "lr=0.3": 1.4}}, arguments=("--scale", "2"), launchers=WHOLE
    ),
    "other_folder": Kind({"val_acc": RIGHT, "here": each(1)}, launchers=OURS),
    # What modules draw, open or start when they are imported.
    "file_opened_at_import": Kind({"val_acc": RIGHT, "wrong": each(0)}, launchers=ALL),
    "database_at_import": Kind({"val_acc": RIGHT, "wrong": each(0)}),
    "temporary_folder_at_import": Kind({"val_acc": RIGHT, "left": each(0)}, launchers=OURS),
    "thread_at_import": Kind(launchers=ALL),
    "pool_at_import": Kind(launchers=ALL),
    "device_at_import": Kind(launchers=ALL),
    # How a program ends.
    "exit_handler": Kind(files={"bye.txt": 3}, launchers=ALL),
    "finalizer": Kind(files={"bye.txt": 3}),
    "unflushed_file": Kind(files={"0.1.csv": 5, "0.2.csv": 5, "0.3.csv": 5}, launchers=ALL),
    "zipped_file": Kind(files={f"{lr}.csv.gz": 0 for lr in (0.1, 0.2, 0.3)}),
    "child_left_working": Kind(files={f"late{lr}": 0 for lr in (0.1, 0.2, 0.3)}, launchers=OURS),
    "thread_left_working": Kind(files={f"late{lr}": 0 for lr in (0.1, 0.2, 0.3)}),
    "program_left_working": Kind(files={f"late{lr}": 0 for lr in (0.1, 0.2, 0.3)}, launchers=OURS),
    # What travels.
    "value_on_device": Kind(launchers=(*ALL, "submitit_local")),
    "source_of_the_script": Kind(),
    "objects_from_spawned_children": Kind({"val_acc": {"reference": 2.9, "lr=0.2": 2.8}}, swept=("lr=choice(0.2)",)),
    "callback_with_a_lock": Kind(launchers=(*ALL, "submitit_local")),
    "program_started_again_from_a_trial": Kind(files={"ranks.txt": 90}, launchers=(*ALL, "submitit_local")),
}
CASES = [(name, launcher) for name, kind in KINDS.items() for launcher in kind.launchers]


@pytest.fixture
def app(tmp_path):
    return lambda name: Host(Path(shutil.copytree(APPS / name, tmp_path / name)))


@pytest.mark.parametrize("name, launcher", CASES)
def test_a_trial_does_what_the_program_does(app, name, launcher):
    kind, host = KINDS[name], app(name)
    ours = ("-m", "hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false")
    ended = host.python("app.py", *kind.arguments, *ours, *LAUNCHERS[launcher], *kind.swept)
    assert ended.status == 0, ended
    assert "Traceback" not in ended.err
    for metric, expected in kind.metrics.items():
        assert host.study.metric(metric) == pytest.approx(expected), metric
    for file, size in kind.files.items():
        assert (host.root / file).stat().st_size >= size
        assert not size or (host.root / file).stat().st_size == size
    for path in host.root.glob("*.csv.gz"):
        assert gzip.decompress(path.read_bytes()) == b"1,2,3"
    if launcher in OURS:
        assert "from its first line, an interpreter each" in ended.out or launcher == "oneaxis"
        assert "from its first line, a process each" in ended.out or launcher == "anew"


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.lost])
def test_what_a_launcher_leaves_out_of_the_script_is_said_in_the_plan(app, name):
    host = app(name)
    dry = ("hydra.sweeper.dry_run=true",)
    for launcher in ("basic", "oneaxis", "joblib", "submitit_local"):
        ended = host.sweep(*SWEPT, *LAUNCHERS[launcher], *dry)
        said = " ".join(ended.out.split())
        assert (KINDS[name].lost in said) is (launcher in ("joblib", "submitit_local")), launcher


def test_nothing_is_said_where_nothing_is_lost(app):
    ended = app("exit_handler").sweep(*SWEPT, *LAUNCHERS["joblib"], "hydra.sweeper.dry_run=true")
    assert "sends the task alone" not in ended.out


@pytest.mark.parametrize("launcher", OURS)
@pytest.mark.parametrize("name, metric", [("generator_at_import", "val_acc"), ("name_drawn_at_import", "name")])
def test_what_is_drawn_at_import_differs_from_trial_to_trial(app, name, metric, launcher):
    host = app(name)
    swept = "width=choice(2)" if name == "generator_at_import" else "lr=choice(0.2)"
    ended = host.sweep(swept, "hydra.sweeper.seeds=3", *LAUNCHERS[launcher])
    assert ended.status == 0, ended
    drawn = [record["metrics"][metric] for record in host.study.records.values()]
    assert len(set(drawn)) == len(drawn) == 6


@pytest.mark.parametrize("launcher", [*OURS, "joblib", "submitit_local"])
def test_the_sweeping_process_loads_nothing_that_a_trial_made(app, launcher):
    host = app("value_on_device")
    ended = host.sweep(*SWEPT, *LAUNCHERS[launcher])
    assert ended.status == 0, ended
    assert not (host.root / "opened.txt").exists()


@pytest.mark.parametrize("launcher", [*ALL, "submitit_local"])
@pytest.mark.parametrize(
    "name, failing", [("error_not_unpicklable", "lr=5"), ("error_that_exits_when_loaded", "lr=0.2")]
)
def test_an_error_that_can_not_be_loaded_costs_one_trial(app, name, failing, launcher):
    host = app(name)
    ended = host.sweep("lr=5,0.2,0.3" if failing == "lr=5" else "lr=0.2,0.3", *LAUNCHERS[launcher])
    assert ended.status == 1
    records = host.study.records
    failure = records[failing]["failure"]
    assert (failure["kind"], failure["message"]) == ("Refused", "no")
    assert {name for name, record in records.items() if record["status"] == "failed"} == {failing}
    assert "Refused: no" in ended.said
    assert "launched again" not in ended.said


@pytest.mark.parametrize("launcher", ["basic", "joblib"])
def test_what_a_task_sets_in_its_environment_is_no_other_trials(app, launcher):
    host = app("seed_helper_hashseed")
    ended = host.sweep(*SWEPT, "hydra.sweeper.seeds=3", *LAUNCHERS[launcher])
    assert ended.status == 0, ended
    assert "not comparable" not in ended.out


@pytest.mark.parametrize("launcher", ["basic", "oneaxis", "anew"])
def test_a_program_with_two_tasks_gets_a_study_for_each(app, launcher):
    host = app("two_tasks")
    ended = host.sweep(*SWEPT, "hydra.sweep.dir=st", "hydra.sweeper.reuse=false", *LAUNCHERS[launcher])
    assert ended.status == 0, ended
    found = [study.metric("val_acc") for study in host.studies]
    assert sorted(one["reference"] for one in found) == [-0.1, 0.9]
    assert all(abs(abs(one["lr=0.2"] - one["reference"]) - 0.1) < 1e-9 for one in found)


def test_ranks_run_the_trial_that_started_them(app):
    host = app("program_started_again_from_a_trial")
    assert host.sweep(*SWEPT, *LAUNCHERS["oneaxis"]).status == 0
    ranks = sorted((host.root / "ranks.txt").read_text().splitlines())
    assert ranks == [f"rank {rank}: lr {lr}" for rank in (0, 1) for lr in (0.1, 0.2, 0.3)]
    assert len(host.studies) == 1


def test_another_study_from_within_a_trial_is_refused_in_a_line(app):
    host = app("program_started_again_from_a_trial")
    script = host.root / "app.py"
    other = "*[word for word in sys.argv if not word.startswith('lr=')], 'lr=0.7,0.8']"
    script.write_text(script.read_text().replace("*sys.argv]", other).replace(", capture_output=True", ""))
    ended = host.sweep(*SWEPT, *LAUNCHERS["oneaxis"])
    assert ended.status == 0, ended
    assert "starts a study of its own here" in ended.err
    assert len(host.studies) == 1


@pytest.mark.parametrize("launcher", OURS)
def test_a_daemon_of_a_task_is_neither_waited_for_nor_killed(app, launcher):
    host = app("daemon_of_task")
    ended = host.sweep(*SWEPT, *LAUNCHERS[launcher])
    assert ended.status == 0, ended
    daemon = int((host.root / "daemon").read_text())
    os.kill(daemon, signal.SIGKILL)  # raises if it was gone
    assert host.study.metric("val_acc") == pytest.approx(RIGHT)


def test_ctrl_c_leaves_nothing_that_a_trial_started(app):
    host = app("program_left_working")
    (host.root / "app.py").write_text((host.root / "app.py").read_text().replace("time.sleep(1)", "time.sleep(600)"))
    process = host.start_sweep(*SWEPT, *LAUNCHERS["oneaxis"])
    line = ""
    while "reference:" not in line:
        line = process.stdout.readline()
        assert line, "the study ended"
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=60)  # not the minute that what is left is waited for otherwise
    assert process.returncode == 130
