"""Times are compared where reference and deviation took turns; where they didn't, the report says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.analysis.study import plan, record

from oneaxis.analysis.comparison import compare
from oneaxis.analysis.timing import time_decides
from oneaxis.vocabulary import Policy

PLAN = plan([("lr", "1"), ("lr", "2")], seeds=(0, 1, 2))
NAMES = [(trial.deviation or "R", trial.seed) for trial in PLAN.trials]


def ran(order, hosts=None):
    """A record of each trial: they ran one after the other, in this order of `R0`, `10` (lr=1), `20` (lr=2), …"""
    found = {}
    for minute, name in enumerate(order.split()):
        row = "R" if name[0] == "R" else f"lr={name[0]}"
        index = NAMES.index((row, int(name[1])))
        times = {"started": f"2026-01-01T10:{minute:02}:00", "ended": f"2026-01-01T10:{minute:02}:59"}
        found[index] = replace(record(index, acc=1.0), **times, machine={"host": (hosts or {}).get(name[0], "a")})
    return found


def lines(records, **policy):
    found = compare(PLAN, records, Policy(**policy))
    return [(one.text, one.good) for one in found.health if "times" in one.text]


RAIL = {"guardrails": {"seconds": 9.0}}
TURNS = "R0 10 20 11 21 R1 22 R2 12"
BLOCKS = "R0 R1 R2 10 11 12 20 21 22"


@pytest.mark.parametrize(
    "order, line",
    [
        (TURNS, ("times interleaved", True)),
        ("R0 10 20 R1 11 21 R2 12 22", ("times interleaved", True)),
        (BLOCKS, ("times not interleaved: 6 of 6 pairs ran apart (lr=1, lr=2)", False)),
        ("R0 10 20 R1 11 R2 12 22 21", ("times not interleaved: 1 of 6 pairs ran apart (lr=2)", False)),
    ],
)
def test_what_the_health_line_says(order, line):
    assert lines(ran(order), **RAIL) == [line]


def test_trials_side_by_side_are_interleaved():
    together = {index: replace(one, started="2026-01-01T10:00:00") for index, one in ran(BLOCKS).items()}
    assert lines(together, **RAIL) == [("times interleaved", True)]


def test_a_deviation_on_other_machines_than_the_reference_is_named():
    found = lines(ran(TURNS, hosts={"2": "b"}), **RAIL)
    assert found == [("times from other machines than the reference's (lr=2)", False)]


@pytest.mark.parametrize(
    "policy, said",
    [
        ({}, False),
        ({"metric": "acc"}, False),
        ({"metric": "estimated"}, False),
        ({"metric": "fit_seconds"}, True),
        ({"guardrails": {"latency_ms": 1.0}}, True),
        ({"guardrails": {"acc": 0.1}}, False),
    ],
)
def test_only_where_a_time_decides(policy, said):
    metrics = {"acc": 1.0, "estimated": 1.0, "fit_seconds": 1.0, "latency_ms": 0.5}
    records = {index: replace(one, metrics=metrics) for index, one in ran(BLOCKS).items()}
    assert bool(lines(records, **policy)) is said


def test_a_time_that_decides_because_it_is_the_only_metric_is_looked_at_too():
    records = {index: replace(one, metrics={"runtime": 1.0}) for index, one in ran(BLOCKS).items()}
    assert lines(records) == [("times not interleaved: 6 of 6 pairs ran apart (lr=1, lr=2)", False)]


def test_nothing_is_said_of_one_run_each():
    of = plan([("lr", "1"), ("lr", "2")], seeds=(0,))
    records = {
        index: replace(record(index, acc=1.0), started=f"2026-01-01T10:0{index}:00", ended=f"2026-01-01T10:0{index}:59")
        for index in range(3)
    }
    found = compare(of, records, Policy(**RAIL))
    assert [one.text for one in found.health if "times" in one.text] == []


def test_a_row_with_one_pair_is_left_out():
    kept = {index: one for index, one in ran(BLOCKS).items() if NAMES[index] not in [("lr=2", 1), ("lr=2", 2)]}
    assert lines(kept, **RAIL) == [("times not interleaved: 3 of 3 pairs ran apart (lr=1)", False)]


TIMES = """
    seconds fit_seconds fit_secs val/seconds epoch_sec latency_ms decode_milliseconds p99_latency
    inference.latency trainTime fitTime time_s runtime train_runtime walltime wall_time wallclock_s elapsed
    elapsed_minutes gpu_hours train_s fit_us fit/s step_ns samples_per_second tokens_per_sec images_per_s
    steps_per_hour it/s throughput fps FPS renderFPS qps duration time_per_epoch time_to_accuracy time loss_time
    speedup durationMs
"""
OTHERS = """
    acc val_loss estimated time_steps timesteps timeSteps time_series_error time_stamp seconds_of_audio hours_of_sleep
    time_mae duration_rmse latency_error timeR2 second_accuracy second best_of_second s us status class_score lifetime
    timeout_rate on_time_rate steps_per_epoch per_class_f1 minimum min_dist secondary sms items news bonus_us_share
"""


@pytest.mark.parametrize("name", TIMES.split())
def test_names_of_times(name):
    assert time_decides(Policy(), name)
    assert time_decides(Policy(guardrails={name: 1.0}), "acc")


@pytest.mark.parametrize("name", OTHERS.split())
def test_names_that_only_look_like_times(name):
    assert not time_decides(Policy(), name)
