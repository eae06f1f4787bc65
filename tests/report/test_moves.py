"""What moves the metric: a bar an axis, the widest on top, and no axis left out."""

from __future__ import annotations

from dataclasses import replace

from tests.analysis.study import plan
from tests.analysis.test_adaptive import noisy, play

from oneaxis.report.moves import moves

AXES = [("a", "1"), ("a", "2"), ("b", "1"), ("c", "1"), ("d.a.very.long.name.of.an.axis.that.has.no.end", "1")]


def screened(effects):
    study = replace(plan(AXES, seeds=range(5)), looks=(1, 5))
    _, found, _ = play(study, noisy(effects))
    return found


def test_a_bar_an_axis_the_widest_on_top_and_the_still_ones_by_name():
    lines = moves(screened({"a": 1.0, "b": -3.0, "d": 0.5}))
    assert lines[0] == "what moves acc, by one change each:"
    names = [line.split()[0] for line in lines[1:4]]
    assert names == ["b", "a", "…g.name.of.an.axis.that.has.no.end"]
    assert "████████████│            " in lines[1]
    assert "            │████ " in lines[2]
    assert lines[4] == "within the noise: c"
    assert max(map(len, lines)) <= 80


def test_where_nothing_moves_it_says_so():
    lines = moves(screened({}))
    assert lines[0] == "nothing tried here is seen to move acc."
    assert lines[1].startswith("within the noise: a, b, c, d.a")
