"""The sweeping process's hold on the mirror's process, when that one is slow or gone."""

from __future__ import annotations

import pytest

from oneaxis.study.folder import StudyFolder
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


def test_where_no_log_can_be_kept_it_lies_elsewhere(tmp_path, new_store, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    (tmp_path / "tracking.log").mkdir()
    ended = MirrorProcess(tmp_path, new_store.uri).finish()
    [log] = scratch.iterdir()
    assert ended.error == f"the mirror died; its last words are in {log}"
    assert "holds no study" in log.read_text()
