"""The watch over running trials tells of each one once, whichever process wrote it."""

from __future__ import annotations

import threading

import pytest
from tests.study.examples import record, study

from oneaxis.study.folder import StudyFolder
from oneaxis.study.watch import Watch
from oneaxis.trial.handover import REQUEST_FILE
from oneaxis.trial.own import PLACE, made

TRIALS = study().plan.trials
PATIENCE = 30  # seconds until a test that waits gives up


@pytest.fixture
def folder(tmp_path):
    return StudyFolder(tmp_path)


class Told:
    """What a watch has told, in order, and a way to wait for it."""

    def __init__(self, folder, trials=TRIALS):
        self.said = []
        self.counts = []
        self._news = threading.Condition()
        self.watch = Watch(
            trials,
            folder,
            run_wanted=lambda trial: self._hear(f"run {trial.index}"),
            recorded=lambda trial: self._hear(f"done {trial.index}"),
            running=self.counts.append,
            grew=lambda trial: self._hear(f"curve {trial.index}"),
        )

    def _hear(self, word):
        with self._news:
            self.said.append(word)
            self._news.notify_all()

    def wait_for(self, word):
        with self._news:
            assert self._news.wait_for(lambda: word in self.said, PATIENCE), f"{word} never came; {self.said}"


def test_each_record_is_told_once_while_trials_run(folder):
    told = Told(folder)
    told.watch.start()
    for trial in TRIALS:
        folder.write_record(record(trial))
        told.wait_for(f"done {trial.index}")
    told.watch.stop()

    assert told.said == ["done 0", "done 1", "done 2"]


def test_a_wanted_run_is_told_once_and_before_its_record(folder):
    told = Told(folder)
    told.watch.start()
    job = folder.job(TRIALS[1].folder)
    (made(job) / REQUEST_FILE).touch()
    told.wait_for("run 1")
    folder.write_record(record(TRIALS[1]))
    told.wait_for("done 1")
    told.watch.stop()

    assert told.said == ["run 1", "done 1"]


def test_what_came_just_before_the_end_is_still_told(folder):
    told = Told(folder)
    told.watch.start()
    for trial in TRIALS:
        folder.write_record(record(trial))
    told.watch.stop()

    assert sorted(told.said) == ["done 0", "done 1", "done 2"]


def test_the_last_look_counts_what_still_runs(folder):
    told = Told(folder)
    failed = folder.job(TRIALS[0].folder)  # before, and waits for its turn
    (failed / PLACE / "attempts" / "1").mkdir(parents=True)
    (made(folder.job(TRIALS[1].folder)) / "running.json").touch()
    folder.write_record(record(TRIALS[2]))
    told.watch.start()
    told.watch.stop()

    assert told.said == ["done 2"]
    assert told.counts[-1] == 1


def test_files_of_a_task_are_not_taken_for_its_trials(folder):
    told = Told(folder)
    job = folder.job(TRIALS[0].folder)
    job.mkdir()
    for name in ("record.json", "running.json", "tracking.request", "curves.jsonl"):
        (job / name).write_text('{"mine": 1}')
    told.watch.start()
    told.watch.stop()

    assert told.said == []
    assert set(told.counts) == {0}


def test_failed_records_are_told_too(folder):
    told = Told(folder)
    folder.write_record(record(TRIALS[0], "failed"))
    told.watch.start()
    told.watch.stop()

    assert told.said == ["done 0"]


def test_only_its_own_trials_are_watched(folder):
    told = Told(folder, TRIALS[:1])
    for trial in TRIALS:
        folder.write_record(record(trial))
    told.watch.start()
    told.watch.stop()

    assert told.said == ["done 0"]


def test_a_watch_over_nothing_ends_at_once(folder):
    told = Told(folder, ())
    told.watch.start()
    told.watch.stop()

    assert told.said == []
    assert set(told.counts) <= {0}


def test_a_running_trials_curve_is_told_when_it_grew_and_not_else(folder, monkeypatch):
    monkeypatch.setattr("oneaxis.study.watch.FOLLOW_EVERY", 0.0)
    told = Told(folder)
    job = folder.job(TRIALS[0].folder)
    curves = made(job) / "curves.jsonl"
    told.watch._look()
    curves.write_text("one")
    told.watch._look()
    told.watch._look()
    with curves.open("a") as curve:
        curve.write("two")
    told.watch._look()
    folder.write_record(record(TRIALS[0]))
    told.watch._look()
    told.watch._look()
    assert told.said == ["curve 0", "curve 0", "done 0"]
