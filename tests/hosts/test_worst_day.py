"""The worst day: a real tracking server that goes and comes back, a disk that is full."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from tests.conftest import Store


class Server:
    """`mlflow server` on a store."""

    def __init__(self, folder, database):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder, self.store = folder, Store(database)
        self.uri = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        command = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        places = ["--backend-store-uri", self.store.uri, "--artifacts-destination", str(self.folder / "artifacts")]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command, *places],
                cwd=self.folder,
                env={
                    **os.environ,
                    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                },  # evaluation jobs, which take long to start
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 300
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def stop(self):
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.uri}/health", timeout=5) as answer:
            return answer.status == 200
        return False


@pytest.fixture
def server(tmp_path, ready_store):
    folder = tmp_path / "server"
    folder.mkdir()
    server = Server(folder, shutil.copy(ready_store, folder))
    server.start()
    yield server
    server.stop()


def read_until(process, words):
    """Read what a study prints until it says this; all of it so far."""
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, (said, process.stderr.read())
        said += line
    return said


def test_a_tracking_server_that_stops_in_the_middle_has_everything_in_the_end(host, server):
    app = host("waits")
    study = app.start_sweep("x=2,3", tracking=server.uri)
    read_until(study, "reference: score 1")
    server.stop()
    (app.root / "go 2").touch()
    read_until(study, "MLflow: trouble")
    server.start()
    read_until(study, "MLflow: back, and everything so far is written")
    (app.root / "go 3").touch()
    _, errors = study.communicate(timeout=600)
    assert (study.returncode, errors) == (0, "")
    runs = server.store.runs  # by name: a second run of any trial would be an error here
    parent = f"app {app.study.root.name}"
    assert {name: run.info.status for name, run in runs.items()} == dict.fromkeys(
        [parent, "reference", "x=2", "x=3"], "FINISHED"
    )
    assert {name: run.data.metrics["score"] for name, run in runs.items() if name != parent} == {
        "reference": 1.0,
        "x=2": 2.0,
        "x=3": 3.0,
    }


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own that holds 400 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("may not mount a disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize(
    "launcher, told",
    [
        ("basic", "the record can't be written (No space left on device), and holds: score 2.0"),
        ("oneaxis", "not on disk (it can't be written): x=2, seed 0: score 2.0"),
    ],
)
def test_what_a_full_disk_does_not_take_is_on_the_screen_and_the_study_goes_on_later(host, small_disk, launcher, told):
    app = host("waits")
    one_by_one = ["hydra/launcher=oneaxis", "hydra.sweeper.workers=1"] if launcher == "oneaxis" else []
    sweep = app.start_sweep("x=2,3", f"hydra.sweep.dir={small_disk}/study", *one_by_one)
    read_until(sweep, "reference: score 1")
    while not list(small_disk.glob("study/x=2/running.json")):
        time.sleep(0.05)
    with contextlib.suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(b"x" * 512):
            pass
    (app.root / "go 2").touch()
    (app.root / "go 3").touch()
    out, errors = sweep.communicate(timeout=600)
    assert sweep.returncode == 1, errors
    assert told in out, out + errors

    (small_disk / "ballast").unlink()
    ended = app.python("-m", "oneaxis.cli", "resume", str(small_disk / "study"))
    assert ended.status == 0, ended
    records = {path.parent.name: json.loads(path.read_text()) for path in small_disk.glob("study/*/record.json")}
    values = {"reference": 1.0, "x=2": 2.0, "x=3": 3.0}
    assert {name: record["metrics"] for name, record in records.items()} == {
        name: {"score": value} for name, value in values.items()
    }
