"""The clock of a study, kept in its folder."""

from __future__ import annotations

import time

import pytest
from tests.study.examples import record, study

from oneaxis.analysis.where_time_went import SHARES, Marks, TimeReport
from oneaxis.study.times import TIMES_FILE, Stages, keep_marks, process_started, read_marks, time_line, time_report

MARKS = Marks(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


def test_marks_come_back_one_sitting_after_the_other(tmp_path):
    assert read_marks(tmp_path) == ()
    keep_marks(tmp_path, MARKS)
    keep_marks(tmp_path, Marks(7.0, 8.0, 9.0, 10.0, 11.0, 12.0))
    assert [marks.started for marks in read_marks(tmp_path)] == [1.0, 7.0]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema": 99}', '{"schema": 1}', '{"schema": 1, "sittings": [1]}']
)
def test_a_damaged_file_costs_only_the_times(tmp_path, content):
    (tmp_path / TIMES_FILE).write_text(content)
    assert read_marks(tmp_path) == ()
    assert time_report(tmp_path, []) is None


def test_a_stage_that_was_not_reached_ended_with_the_one_before():
    stages = Stages()
    stages.mark("planned")
    marks = stages.marks()
    assert marks.started <= marks.planning <= marks.planned == marks.launched == marks.ended == marks.told


def test_this_process_began_before_now_and_not_long_ago():
    assert 0 <= time.time() - process_started() + 0.02 < 24 * 3600


def test_records_without_times_are_left_out(tmp_path):
    trial = study().plan.trials[0]
    assert time_report(tmp_path, [record(trial)]) is None


def test_what_took_no_time_is_not_told():
    shares = dict.fromkeys(SHARES, 0.0)
    assert time_line(None) == time_line(TimeReport(4.9, 2, 9, shares)) == ""
    told = time_line(TimeReport(20.0, 2, 9, {**shares, "train": 15.0, "start": 4.9, "load": 0.1}))
    assert " ".join(told.split()) == "time: 20 s, 9 trials, 2 at a time start 4.9 s, train 15 s"
    assert max(map(len, told.splitlines())) <= 80
