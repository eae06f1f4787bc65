"""`hydra/launcher=oneaxis`: a fresh, warm process per trial; what ends one trial ends no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.test_utils.launcher_common_tests import IntegrationTestSuite, LauncherTestSuite
from hydra.version import VersionBase
from packaging.version import Version

LOCAL = "hydra/launcher=oneaxis"
BENCH = Path(__file__).parents[2] / "bench"


def test_hydra_finds_the_launcher():
    assert "OneAxisLauncher" in [found.__name__ for found in Plugins.instance().discover(Launcher)]


@pytest.fixture
def first_version_of_hydra(monkeypatch):
    """The suites expect a process in which no test has chosen Hydra's behaviour yet."""
    monkeypatch.setattr(VersionBase.instance(), "version_base", Version("1.1"))


@pytest.mark.usefixtures("first_version_of_hydra")
@pytest.mark.parametrize("launcher_name, overrides", [("oneaxis", [])])
class TestHydrasLauncherSuite(LauncherTestSuite):
    """Hydra's own suite, with Hydra's own sweeper."""


@pytest.mark.usefixtures("first_version_of_hydra")
@pytest.mark.parametrize("task_launcher_cfg, extra_flags", [({}, ["-m", LOCAL])])
class TestHydrasIntegrationSuite(IntegrationTestSuite):
    """As above."""


ENDINGS = {
    "exit": "ended with status 7",
    "kill": "killed by SIGKILL",
    "fault": "killed by SIGSEGV",
}


def test_a_trial_that_dies_costs_only_itself(host):
    app = host("guardless")
    ended = app.sweep(LOCAL, f"do={','.join(ENDINGS)},other", "hydra.sweeper.workers=2")
    assert ended.status == 1
    expected = {f"do={how}": "failed" for how in ENDINGS}
    assert app.study.statuses == {"reference": "finished", "do=other": "finished", **expected}
    for how, words in ENDINGS.items():
        assert words in app.study.records[f"do={how}"]["failure"]["message"]
        assert f"do={how}: WorkerDied: its process" in ended.said


def test_a_trial_over_its_time_limit_is_ended_with_its_own_children(host):
    app = host("guardless")
    ended = app.sweep(LOCAL, "do=hang,other", "hydra.sweeper.timeout_minutes=0.2")
    assert ended.status == 1
    assert app.study.statuses == {"reference": "finished", "do=hang": "failed", "do=other": "finished"}
    assert "longer than 12 s" in app.study.records["do=hang"]["failure"]["message"]
    assert not processes_in(app.root)


def test_each_trial_has_a_process_of_its_own_with_one_thread(host):
    app = host("guardless")
    ended = app.sweep(LOCAL, "x=2,3,4", "hydra.sweeper.workers=2")
    assert ended.status == 0, ended.err
    processes = app.study.metric("process")
    assert len(set(processes.values())) == 4
    assert set(app.study.metric("threads").values()) == {1}
    assert app.study.metric("score") == {"reference": 2, "x=2": 4, "x=3": 6, "x=4": 8}


def test_jobs_run_in_their_folder_where_the_app_asks_for_it(host):
    app = host("guardless")
    assert app.sweep(LOCAL, "x=2", "seed=1,2", "hydra.job.chdir=true").status == 0
    assert set(app.study.metric("in_job_folder").values()) == {1}


def test_a_return_value_that_cannot_travel_leaves_its_record(host):
    app = host("guardless")
    assert app.sweep(LOCAL, "do=unpicklable,other").status == 0
    assert app.study.metric("score")["do=unpicklable"] == 1.5


def test_the_script_may_be_started_from_another_folder(host):
    app = host("guardless")
    (app.root / "deep").mkdir()
    app.root, script = app.root / "deep", str(app.root / "app.py")
    assert app.sweep(LOCAL, "x=2", app=script).status == 0


@pytest.mark.parametrize(
    "how, status",
    [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)],
    ids=["Ctrl-C", "kill -9"],
)
def test_nothing_outlives_the_sweeping_process(host, store, how, status):
    app = host("guardless")
    command = ["app.py", "-m", "hydra/sweeper=oneaxis", LOCAL, "do=hang,other", "hydra.sweeper.workers=2"]
    process = app.start(*command, f"hydra.sweeper.tracking={store.uri}")
    wait_until(lambda: any(app.root.rglob("do=other/record.json")))
    wait_until(lambda: any(app.root.rglob("do=hang/.hydra")))
    os.kill(process.pid, how)
    out, _ = process.communicate(timeout=900)
    assert process.returncode == status
    wait_until(lambda: not processes_in(app.root))
    assert app.study.statuses == {"reference": "finished", "do=other": "finished"}
    if how == signal.SIGINT:
        assert "… do nothing → hang missing" in " ".join(out.split())


def test_many_trials_leave_no_descriptor_and_no_zombie():
    """The leak bench in short; it runs a thousand."""
    command = [sys.executable, str(BENCH / "leaks.py"), "--trials", "60"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def processes_in(folder: Path) -> list[str]:
    """The command lines of processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and (entry / "cwd").readlink().is_relative_to(folder):
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except (OSError, ValueError):
            continue  # it ended meanwhile
    return found


def wait_until(holds, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.05)
