"""What the mirror's process does while MLflow is away: it waits, says so once, and writes all when it is back."""

from __future__ import annotations

import json
import queue
from dataclasses import replace

import pytest
from tests.study.examples import record, study

from oneaxis.study.folder import StudyFolder
from oneaxis.tracking import service

STUDY = study()


class Store:
    """A mirror whose store is away for so many calls."""

    experiment, parent, view, remark = "1", "parent", "key", ""

    def __init__(self, away=0, problem=None):
        self.away = away
        self.problem = problem or ConnectionError("http://me:secret@host is away")
        self.calls = 0
        self.written = []
        self.finished = None

    def write(self, trial, found):
        self.calls += 1
        if self.calls <= self.away:
            raise self.problem
        self.written.append(trial.index)

    def finish(self, records, *, whole):
        self.finished = (sorted(records), whole)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setattr(service, "FIRST_PAUSE", 0.01)
    folder = StudyFolder(tmp_path)
    for trial in STUDY.plan.trials:
        folder.write_record(record(trial, acc=1.0))
    made = service._Desk(STUDY, folder, "uri", again=False)

    def over(store, *lines):
        made._mirror = store
        waiting = queue.SimpleQueue()
        for line in (*lines, "end"):
            waiting.put(line)
        made.serve(waiting)
        return made.answer()

    return over


def notices(capsys):
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["notice"] for line in said if "notice" in line]


def test_what_comes_is_written_and_nothing_is_said(desk, capsys):
    store = Store()
    answer = desk(store, "done 0", "done 2")
    assert (answer["written"], answer["lacking"], answer["error"]) == (2, [], None)
    assert store.written == [0, 2]
    assert store.finished == ([0, 2], True)
    assert notices(capsys) == []


def test_trouble_is_said_once_without_passwords_and_all_is_written_later(desk, capsys):
    store = Store(away=3)
    answer = desk(store, "done 0", "done 1", "done 2")
    assert (answer["written"], answer["lacking"], answer["error"]) == (3, [], None)
    assert sorted(store.written) == [0, 1, 2]
    said = notices(capsys)
    assert said[0].startswith("MLflow: trouble (ConnectionError: http://***@host is away")
    assert sum("trouble" in line for line in said) == 1


def test_what_lacks_at_the_end_is_named(desk):
    store = Store(away=10**9)
    answer = desk(store, "done 0", "done 1")
    assert (answer["written"], answer["lacking"]) == (0, [0, 1])
    assert "ConnectionError" in answer["error"]
    assert store.finished == ([], False)


def test_a_server_that_turns_the_study_away_is_told_in_a_line(desk, capsys):
    page = "<!DOCTYPE HTML>\n<html lang=en>\n<title>401 Unauthorized</title>\n"
    says = f"API request to endpoint /api failed with error code 401 != 200. Response body: '{page}'"
    answer = desk(Store(away=10**9, problem=ConnectionError(says)), "done 0")
    line = (
        "tracking server answers 401 Unauthorized; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
        "or mend them in the address"
    )
    assert answer["error"] == line
    printed = capsys.readouterr()
    assert [json.loads(said)["notice"] for said in printed.out.splitlines()] == [
        f"MLflow: trouble ({line}); trials go on, and it is tried again"
    ]
    assert "DOCTYPE" not in printed.err


def test_a_damaged_record_stops_nothing(desk, tmp_path):
    (tmp_path / STUDY.plan.trials[0].folder / "record.json").write_text('{"schema": 1, "study": "')
    store = Store()
    answer = desk(store, "done 0", "done 1")
    assert (store.written, answer["error"]) == ([1], None)


@pytest.mark.parametrize("words", ["Read timed out. (read timeout=30)", "connection timeout expired"])
def test_a_store_that_answers_nothing_is_tried_once_at_the_end_however_many_trials_wait(desk, words):
    store = Store(away=10**9, problem=OSError(words))
    answer = desk(store, *(f"done {trial.index}" for trial in STUDY.plan.trials))
    assert store.calls == 2, "once when the first trial was there, once at the end"
    assert answer["lacking"] == [trial.index for trial in STUDY.plan.trials]
    assert words in answer["error"]
    assert store.finished is None


def test_tries_end_where_nothing_succeeds_for_long(desk, monkeypatch):
    monkeypatch.setattr(service, "STILL", -1.0)
    store = Store(away=10**9)
    assert desk(store, "done 0", "done 1")["lacking"] == [0, 1]
    assert store.calls == 2


def test_what_was_written_is_told_at_once(desk, capsys):
    desk(Store(), "done 0", "done 2")
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["wrote"] for line in said if "wrote" in line] == [0, 2]


def test_artifacts_begin_where_the_study_ran_or_where_that_is_gone_beside_the_store(tmp_path):
    store = f"sqlite:///{tmp_path / 'store' / 'mlflow.db'}"
    (tmp_path / "store").mkdir()
    gone = replace(STUDY, cwd=str(tmp_path / "gone"))
    assert service.artifact_place(replace(STUDY, cwd=str(tmp_path)), store) == tmp_path
    assert service.artifact_place(gone, store) == tmp_path / "store"
    assert service.artifact_place(gone, "http://server:5000") is None
