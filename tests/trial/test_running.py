"""A job folder while its job runs: one process at a time, and nothing of an earlier attempt is lost or mixed in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from tests.study.examples import record, study

from oneaxis.errors import TrialTaken
from oneaxis.trial.codec import read_record, write_record
from oneaxis.trial.own import PLACE, made
from oneaxis.trial.process import alive, machine_id, start_mark
from oneaxis.trial.running import Hold, last_output, lives, running, set_aside, timed_out


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_hold_leaves_nothing_behind(tmp_path):
    with Hold(tmp_path, "study") as hold:
        assert running(tmp_path)["process"] == os.getpid()
        assert hold.still()
    assert names(tmp_path) == []


def other(folder, **content):
    """What another process says of itself."""
    held = {"token": "x", "host": "far", "machine": machine_id(), "process": 1, "started": start_mark(1), "job": ""}
    (made(folder) / "running.json").write_text(json.dumps({**held, **content}))


@pytest.mark.parametrize("content", [{}, {"machine": "far"}])
def test_a_trial_that_another_process_works_at_is_left_to_it(tmp_path, content):
    other(tmp_path, **content)
    with pytest.raises(TrialTaken, match="process 1 on far works at this trial"):
        Hold(tmp_path, "study").__enter__()
    assert running(tmp_path)["token"] == "x"


def test_what_a_dead_process_left_is_kept_apart(tmp_path):
    other(tmp_path, started="0")
    (tmp_path / "curves.jsonl").write_text("half")
    with Hold(tmp_path, "study"):
        assert not (tmp_path / "curves.jsonl").exists()
    assert (tmp_path / PLACE / "attempts" / "1" / "curves.jsonl").read_text() == "half"


def test_a_job_that_its_own_queue_starts_again_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("SUBMITIT_EXECUTOR", "slurm")
    monkeypatch.setenv("SLURM_JOB_ID", "78")
    monkeypatch.setenv("SLURM_ARRAY_JOB_ID", "77")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "3")
    other(tmp_path, machine="far", job="77_3")
    with Hold(tmp_path, "study") as hold:
        assert hold.still()


def test_a_job_whose_trial_was_given_to_another_knows_it(tmp_path):
    with Hold(tmp_path, "study") as hold:
        set_aside(tmp_path)
        other(tmp_path)
        assert not hold.still()
    assert running(tmp_path)["token"] == "x", "the other's hold is its own to end"


def test_two_jobs_of_one_allocation_are_not_the_same_job(tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "77")  # `salloc`, and the study started in there
    other(tmp_path, machine="far", job="")
    with pytest.raises(TrialTaken):
        Hold(tmp_path, "study").__enter__()


def test_a_job_that_comes_after_the_one_that_took_its_trial_over_leaves_its_record(tmp_path):
    with Hold(tmp_path, "study") as hold:
        set_aside(tmp_path)
        write_record(replace(record(study().plan.trials[0]), study="study", folder="."), tmp_path)
        assert not hold.still()


def test_attempts_are_numbered_and_the_address_of_the_run_stays(tmp_path):
    for text in ("one", "two"):
        (tmp_path / "record.json").write_text(text)
        (tmp_path / "tracking.json").write_text(text)
        (made(tmp_path) / "tracking.json").write_text("{}")
        (made(tmp_path) / "curves.jsonl").write_text(text)
        (tmp_path / "artifacts").mkdir()
        (tmp_path / "artifacts" / "model.bin").write_text(text)
        set_aside(tmp_path)
    assert set_aside(tmp_path) is None
    assert names(tmp_path) == [
        *(
            f".oneaxis/attempts/{number}/{name}"
            for number in (1, 2)
            for name in (".oneaxis/curves.jsonl", "artifacts/model.bin", "record.json", "tracking.json")
        ),
        ".oneaxis/tracking.json",
    ]
    assert (tmp_path / PLACE / "attempts" / "2" / "record.json").read_text() == "two"


@pytest.mark.parametrize("logged, moved", [({"curves": "digest"}, True), ({}, False)])
def test_results_of_an_earlier_run_make_room_and_files_of_the_task_stay(tmp_path, logged, moved):
    for name in ("curves.jsonl", "app.log"):
        (tmp_path / name).write_text("one")
    (made(tmp_path) / "predictions.npz").write_text("one")
    told = {"curves": "curves.jsonl", "predictions": ".oneaxis/predictions.npz", "outputs": logged}
    write_record(replace(record(study().plan.trials[0]), study="earlier", folder=".", **told), tmp_path)
    with Hold(tmp_path, "study"):
        assert read_record(tmp_path) is None
        assert (tmp_path / "app.log").exists()
        assert (tmp_path / "curves.jsonl").exists() is not moved
    kept = tmp_path / PLACE / "attempts" / "1"
    expected = [".oneaxis/predictions.npz", *(["curves.jsonl"] if moved else []), "record.json"]
    assert names(kept) == expected


ENDS = """
import ctypes, sys, time
from pathlib import Path
from oneaxis.trial.running import Hold

with Hold(Path(sys.argv[1]), "study", limit=float(sys.argv[2]) or None):
    print("in", flush=True)
    if sys.argv[3] == "fault":
        ctypes.string_at(0)
    time.sleep(60)
"""


@pytest.mark.parametrize("how, limit, over, words", [("fault", 0, False, "Segmentation"), ("hang", 0.2, True, "sleep")])
def test_a_process_that_ends_hard_leaves_where_it_was(tmp_path, how, limit, over, words):
    ended = subprocess.run(
        [sys.executable, "-c", ENDS, str(tmp_path), str(limit), how], check=False, capture_output=True, timeout=120
    )
    assert ended.returncode != 0
    assert not lives(tmp_path)
    assert timed_out(tmp_path) is over
    assert "fault.txt:" in last_output(tmp_path)
    assert words in last_output(tmp_path) or "line" in last_output(tmp_path)


def test_the_last_output_is_the_end_of_the_logs(tmp_path):
    (tmp_path / "app.log").write_text("early\n" * 10_000 + "the last line\n")
    text = last_output(tmp_path)
    assert text.startswith("app.log:\n")
    assert text.endswith("the last line")
    assert len(text) < 5000


def test_processes_are_told_apart_by_number_and_start():
    assert alive(os.getpid(), start_mark(os.getpid()))
    assert not alive(os.getpid(), "1")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not alive(ended.pid, "")
