"""The worst day: a real tracking server that goes and comes back, a disk that is full."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time

import pytest
from tests.tracking_server import Server


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
    _, errors = study.communicate(timeout=900)
    assert (study.returncode, errors) == (0, "")
    runs = server.store.runs  # by name: a second run of any trial would be an error here
    parent = app.study.name
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
    while not list(small_disk.glob("study/x=2/.oneaxis/running.json")):
        time.sleep(0.05)
    with contextlib.suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(b"x" * 512):
            pass
    (app.root / "go 2").touch()
    (app.root / "go 3").touch()
    out, errors = sweep.communicate(timeout=900)
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
