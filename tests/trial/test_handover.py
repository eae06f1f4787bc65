"""The trial's MLflow run is asked for once the task imports mlflow, and not before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest

from oneaxis.trial import handover
from oneaxis.trial.handover import ANSWER_FILE, REQUEST_FILE, VARIABLES, Handover
from oneaxis.trial.own import made

# One process for all that needs the real package: importing it takes seconds.
TASK = """
import json, os, sys
from pathlib import Path
from oneaxis.trial.handover import ANSWER_FILE, REQUEST_FILE, VARIABLES, Handover
from oneaxis.trial.own import made

folder = Path(sys.argv[1])
seen = {"loaded_by_handover": "mlflow" in sys.modules}
os.environ["MLFLOW_RUN_ID"] = "of another run"
before = {name: os.environ.get(name) for name in VARIABLES}


def answer():
    seen["asked"] = seen.get("asked", 0) + 1
    uri = f"sqlite:///{folder}/mlflow.db"
    (made(folder) / ANSWER_FILE).write_text(json.dumps({"uri": uri, "experiment": "5", "run": "abc"}))


with Handover(folder, enabled=True, asked=answer):
    import json.decoder, wave  # other imports ask for nothing
    seen["asked_early"] = (made(folder) / REQUEST_FILE).exists()
    import mlflow
    seen["inside"] = {name: os.environ.get(name) for name in VARIABLES}
    seen["source"] = "set_experiment" in mlflow.__loader__.get_source("mlflow")
    patched = mlflow.set_experiment.__code__
seen["request"] = (made(folder) / REQUEST_FILE).exists()
seen["restored"] = {name: os.environ.get(name) for name in VARIABLES} == before
seen["watched"] = [str(finder) for finder in sys.meta_path if "oneaxis" in type(finder).__module__]
seen["set_experiment"] = mlflow.set_experiment.__code__ is not patched

with Handover(folder, enabled=True, asked=answer):  # the next trial of this process: mlflow is there already
    seen["second"] = os.environ["MLFLOW_RUN_ID"]
seen["restored_again"] = {name: os.environ.get(name) for name in VARIABLES} == before
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handover")
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    ran = subprocess.run(
        [sys.executable, "-c", TASK, str(folder)], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def test_mlflow_is_imported_by_the_task_alone(seen):
    assert not seen["loaded_by_handover"]
    assert not seen["asked_early"], "other imports ask for nothing"
    assert seen["request"]


def test_the_run_is_asked_for_once_a_trial_and_given_over(seen):
    assert seen["asked"] == 2, "two trials"
    assert (seen["inside"]["MLFLOW_EXPERIMENT_ID"], seen["inside"]["MLFLOW_RUN_ID"]) == ("5", "abc")
    assert seen["inside"]["MLFLOW_TRACKING_URI"].startswith("sqlite:///")
    assert seen["second"] == "abc"


def test_afterwards_all_is_as_it_was(seen):
    assert seen["restored"]
    assert seen["restored_again"]
    assert seen["watched"] == []
    assert seen["set_experiment"]


def test_the_package_keeps_its_loader(seen):
    assert seen["source"]


@pytest.fixture
def environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_RUN_ID", "of another run")
    return lambda: {name: os.environ.get(name) for name in VARIABLES}


def test_where_nothing_is_tracked_nothing_is_watched(tmp_path, environment):
    before, finders = environment(), list(sys.meta_path)
    with Handover(tmp_path, enabled=False, asked=lambda: pytest.fail("asked")):
        assert sys.meta_path == finders

    assert (environment(), sys.meta_path) == (before, finders)
    assert list(tmp_path.iterdir()) == []


def test_a_task_that_never_imports_mlflow_asks_for_nothing(tmp_path, environment, monkeypatch):
    monkeypatch.delitem(sys.modules, "mlflow", raising=False)
    before, finders = environment(), list(sys.meta_path)
    with Handover(tmp_path, enabled=True, asked=lambda: pytest.fail("asked")):
        assert len(sys.meta_path) == len(finders) + 1

    assert (environment(), sys.meta_path) == (before, finders)
    assert list(tmp_path.iterdir()) == []


def test_after_a_task_that_raised_all_is_as_it_was(tmp_path, environment, monkeypatch):
    monkeypatch.delitem(sys.modules, "mlflow", raising=False)
    before, finders = environment(), list(sys.meta_path)

    def task():
        os.environ["MLFLOW_RUN_ID"] = "set by the task"
        os.environ["MLFLOW_EXPERIMENT_ID"] = "set by the task"
        raise KeyError

    with pytest.raises(KeyError), Handover(tmp_path, enabled=True):
        task()

    assert (environment(), sys.meta_path) == (before, finders)


def test_an_answer_of_an_earlier_trial_is_not_taken_for_ones_own(tmp_path, monkeypatch):
    monkeypatch.setattr(handover, "PATIENCE", 0)
    (made(tmp_path) / ANSWER_FILE).write_text(json.dumps({"uri": "sqlite:///old", "experiment": "0", "run": "old"}))

    assert Handover(tmp_path, enabled=True)._ask() is None
    assert (made(tmp_path) / REQUEST_FILE).exists()


def test_if_no_run_comes_the_task_goes_on_and_it_is_said(tmp_path, environment, monkeypatch, caplog):
    monkeypatch.setattr(handover, "PATIENCE", 0)
    monkeypatch.setitem(sys.modules, "mlflow", ModuleType("mlflow"))
    before = environment()

    with Handover(tmp_path, enabled=True):
        assert environment() == before

    assert "no MLflow run came within" in caplog.text


REAL, SHOWN = "http://ada:pw@host:5000", "http://***@host:5000"


def answering(folder):
    answer = json.dumps({"uri": SHOWN, "experiment": "1", "run": "r"})
    return {"enabled": True, "asked": lambda: (made(folder) / ANSWER_FILE).write_text(answer)}


@pytest.mark.parametrize("source", ["the sweeping process", "the caller"])
def test_a_user_and_password_that_no_file_holds_reach_the_task(tmp_path, environment, monkeypatch, source):
    monkeypatch.setitem(sys.modules, "mlflow", ModuleType("mlflow"))
    if source == "the sweeping process":
        monkeypatch.setenv("ONEAXIS_TRACKING_URI", REAL)
    before = environment()
    with Handover(tmp_path, **answering(tmp_path), uri=REAL if source == "the caller" else None):
        inside = environment()
        assert inside["MLFLOW_TRACKING_URI"] == "http://host:5000"
        assert (inside["MLFLOW_TRACKING_USERNAME"], inside["MLFLOW_TRACKING_PASSWORD"]) == ("ada", "pw")
    assert environment() == before


def test_a_job_without_user_and_password_goes_on_and_it_is_said(tmp_path, environment, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "mlflow", ModuleType("mlflow"))
    before = environment()
    with Handover(tmp_path, **answering(tmp_path)):
        assert environment() == before
    assert f"this job wasn't given the user and password of {SHOWN}" in caplog.text


def test_an_answer_that_is_half_written_is_waited_for(tmp_path, monkeypatch):
    answers = iter(['{"uri": "sqli', json.dumps({"uri": "u", "experiment": "1", "run": "r"})])
    waiting = Handover(tmp_path, enabled=True, asked=lambda: (made(tmp_path) / ANSWER_FILE).write_text(next(answers)))
    waited = []

    def wait(seconds):
        waited.append(seconds)
        (made(tmp_path) / ANSWER_FILE).write_text(next(answers))

    monkeypatch.setattr(handover, "time", SimpleNamespace(sleep=wait, monotonic=lambda: 0))

    assert waiting._ask() == {"uri": "u", "experiment": "1", "run": "r"}
    assert len(waited) == 1
