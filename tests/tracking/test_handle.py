"""The sweeping process's hold on the mirror's process, when that one is slow or gone."""

from __future__ import annotations

import socket
import sys
import threading
import time

import pytest

from oneaxis.study.folder import StudyFolder
from oneaxis.tracking import handle
from oneaxis.tracking.handle import MirrorProcess
from oneaxis.vocabulary import Plan, Policy, Study, Tracking, Trial

TRIAL = Trial(0, None, None, None, None, (), "digest", "reference")
STUDY = Study(
    "abcd",
    "app one",
    "2026-01-02T03:04:05+00:00",
    ("app.py",),
    (),
    "/",
    Plan(None, (), (), (TRIAL,), "seed", (None,), (None,)),
    Policy(),
    Tracking("sqlite:///mlflow.db", "tests"),
)


@pytest.fixture
def mirror(tmp_path, new_store):
    StudyFolder(tmp_path).write_study(STUDY)
    process = MirrorProcess(tmp_path, new_store.uri)
    yield process
    process.kill()


def test_nothing_that_uses_the_handle_imports_mlflow(host):
    loaded = host("plain").python(
        "-c", "import sys, oneaxis.tracking.handle, oneaxis.loop.run_study; print(*sys.modules)"
    )
    assert "oneaxis.loop.run_study" in loaded.out
    assert "mlflow" not in loaded.out.split()


def test_a_dead_mirror_is_said_at_the_end_and_disturbs_nothing_before(mirror, tmp_path):
    mirror.kill()
    mirror.run_wanted(0)
    mirror.recorded(0)
    ended = mirror.finish()
    assert ended.error == f"the mirror died; its last words are in {tmp_path / 'tracking.log'}"
    assert (ended.written, ended.experiment, ended.parent) == (0, None, None)


def test_a_slow_mirror_is_not_waited_for_beyond_ones_patience(mirror, new_store):
    ended = mirror.finish(patience=0.0)
    assert ended.error == "the mirror took longer than 0.0 s"
    assert mirror._process.poll() is not None
    assert not new_store.path.exists()


def test_a_folder_without_a_study_leaves_its_reason_in_the_log(tmp_path, new_store):
    ended = MirrorProcess(tmp_path, new_store.uri).finish()
    assert "its last words are in" in ended.error
    assert "holds no study" in (tmp_path / "tracking.log").read_text()


@pytest.fixture
def mute():
    """A tracking server that is well by its own account, accepts all that is asked of it, and never answers."""
    held = []

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            held.append(connection)
            if b"/health" in connection.recv(1000):
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nOK")
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


@pytest.mark.parametrize("scheme", ["http", "postgresql+psycopg2"])
def test_a_store_that_answers_nothing_is_not_waited_for(mute, tmp_path, monkeypatch, scheme):
    monkeypatch.setattr(handle, "STILL", 2.0)
    StudyFolder(tmp_path).write_study(STUDY)
    process = MirrorProcess(tmp_path, f"{scheme}://{mute}/db")
    process.recorded(0)
    ended = process.finish()
    assert (ended.error, ended.written, ended.lacking) == ("the store did nothing for 2 s", 0, (0,))
    assert process._process.poll() is not None


SLOW = """
import json, sys, time
for number in range(16):
    print(json.dumps({"wrote": number} if number % 2 else {"busy": 0.0}), flush=True)
    time.sleep(0.5)
print(json.dumps({"busy": 6.0}), flush=True)
time.sleep(6.0)
print(json.dumps({"written": 3, "lacking": [], "error": None}), flush=True)
"""


def test_a_store_that_gets_on_is_waited_for(tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text(SLOW)
    monkeypatch.setattr(handle, "STILL", 5.0)  # ten signs long, for machines that stall
    monkeypatch.setattr(handle, "START", 60.0)
    (tmp_path / "python").write_text(f"#!/bin/sh\nexec {sys.executable} {slow}\n")
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "2")
    began = time.monotonic()
    ended = MirrorProcess(tmp_path, "http://somewhere").finish()
    assert (ended.error, ended.written) == (None, 3)
    assert time.monotonic() - began > 10


def test_a_study_ends_soon_where_the_server_answers_nothing(host, mute, impatient):
    app = host("plain")
    ended = app.sweep("lr=1,2", tracking=f"http://{mute}", **impatient)
    assert ended.status == 0, ended
    assert "MLflow: 3 trials lack there; the store did nothing for 2 s" in ended.said
    assert "all is on disk; to write the rest: oneaxis sync" in ended.said


def test_where_no_log_can_be_kept_it_lies_elsewhere(tmp_path, new_store, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    (tmp_path / "tracking.log").mkdir()
    ended = MirrorProcess(tmp_path, new_store.uri).finish()
    [log] = scratch.iterdir()
    assert ended.error == f"the mirror died; its last words are in {log}"
    assert "holds no study" in log.read_text()
