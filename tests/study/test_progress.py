"""Progress: one line where nobody looks, and failures in one line each."""

from __future__ import annotations

import time
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console
from tests.study.examples import record, study

from oneaxis.study import progress
from oneaxis.study.progress import PLAIN_EVERY, Progress, failure_line, first_result, waiting
from oneaxis.vocabulary import Failure

REFERENCE, TRIAL, _ = study().plan.trials
SEEDED = study(seeds=2).plan.trials[1]


@pytest.mark.parametrize(
    "trial, several, status, failure, line",
    [
        (TRIAL, False, "failed", Failure("ValueError", "why"), "failed: lr=0.5: ValueError: why"),
        (SEEDED, True, "failed", Failure("ValueError", "why"), "failed: lr=0.5 · seed 0: ValueError: why"),
        (TRIAL, False, "refused", Failure("NotThePlannedConfig", "a\nb"), "refused: lr=0.5: NotThePlannedConfig: a"),
        (TRIAL, False, "failed", None, "failed: lr=0.5: failed"),
        (TRIAL, False, "failed", Failure("E", ""), "failed: lr=0.5: E: "),
    ],
)
def test_a_failure_is_one_line(trial, several, status, failure, line):
    assert failure_line(trial, replace(record(trial, status), failure=failure), several_seeds=several) == line


def test_a_long_reason_is_cut():
    failed = replace(record(TRIAL, "failed"), failure=Failure("E", "x" * 5000))
    assert len(failure_line(TRIAL, failed, several_seeds=False)) < 400


@pytest.mark.parametrize(
    "trial, metrics, line",
    [
        (REFERENCE, {"acc": 0.987654}, "reference: acc 0.9877"),
        (REFERENCE, {"acc": 1.0, "loss": 1e-9}, "reference: acc 1, loss 1e-09"),
        (SEEDED, {"acc": 0.5}, "lr=0.5 · seed 0: acc 0.5"),
        (REFERENCE, {"x" * 90: 0.5, "b": 1.0}, "reference: " + "x" * 90 + " 0.5"),
    ],
)
def test_the_first_result_is_one_line(trial, metrics, line):
    assert first_result(trial, record(trial, **metrics), several_seeds=trial is SEEDED) == line


@pytest.mark.parametrize("length", range(50, 70))
def test_as_many_metrics_are_shown_as_fit_into_a_line(length):
    metrics = {"a": 1.0, "b" * length: 0.5, "c": 1.0}
    line = first_result(REFERENCE, record(REFERENCE, **metrics), several_seeds=False)

    whole = "reference: a 1, " + "b" * length + " 0.5"
    assert len(line) <= 80
    assert line.startswith(whole if len(whole) <= 80 else "reference: a 1")
    assert len(whole) <= 80 or line == "reference: a 1"


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only when told to."""
    now = [0.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def test_where_there_is_no_terminal_a_line_comes_now_and_then(clock):
    console = Console(file=StringIO(), width=80)
    with Progress(console, 10, verb="trials") as shown:
        shown.advance()
        assert console.file.getvalue() == "", "what is over soon needs no progress"
        clock(PLAIN_EVERY)
        shown.running(2)
        shown.advance(failed=True)
        clock(1)
        shown.advance()
        clock(PLAIN_EVERY)
        shown.advance()

    assert console.file.getvalue().splitlines() == [
        "trials 2/10, 2 running, 1 failed, about 40 s left",
        "trials 4/10, 2 running, 1 failed, about 22 s left",
    ]


def test_the_end_is_not_announced(clock):
    console = Console(file=StringIO(), width=80)
    with Progress(console, 1, verb="trials") as shown:
        clock(60)
        shown.advance()

    assert console.file.getvalue() == ""


@pytest.mark.parametrize("silent, said", [(0.0, "writing the rest …\n"), (60.0, "")])
def test_what_is_waited_for_is_said_where_it_takes_long(silent, said, monkeypatch):
    monkeypatch.setattr(progress, "SILENT", silent)
    console = Console(file=StringIO(), width=80)
    with waiting(console, "writing the rest …"):
        until = time.monotonic() + 10
        while said and not console.file.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
    assert console.file.getvalue() == said


def test_what_is_said_stays():
    console = Console(file=StringIO(), width=80)
    with Progress(console, 1, verb="trials") as shown:
        shown.say("failed: [not markup] " + "x" * 100)

    assert console.file.getvalue() == "failed: [not markup] " + "x" * 100 + "\n"
