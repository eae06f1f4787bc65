"""Axes that a screen derives: one change each, nothing left out in silence, nobody refused for what nobody asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.world import World
from tests.strategies import few

from oneaxis.errors import BadOverride
from oneaxis.planning.plan import make_plan
from oneaxis.planning.request import Request
from oneaxis.planning.screen import screen

BASE = {
    "seed": 0, "lr": 0.1, "steps": 10, "depth": 1, "decay": 0.0, "name": "x", "flag": False, "layers": [1, 2],
    "nothing": None, "twice": "${lr}", "net": {"_target_": "a.B", "width": 4, "inner": {"rate": 0.5}},
}  # fmt: skip
GROUPS = {
    "model": {
        "mlp": {"units": 8},
        "cnn": {"units": 8, "kernel": 3},
        "greedy": {"units": 9, "@defaults": {"data": "wine"}},
    },
    "data": {"digits": {"rows": 9}, "wine": {"rows": 3}},
}
WORLD = World(BASE, GROUPS, {"model": "mlp", "data": "digits"})


def screened(*names, leave=("seed",)):
    return screen(names, WORLD([]), lambda group: list(GROUPS.get(group, ())), leave=leave)


def planned(*names, leave=("seed",), **more):
    found = screened(*names, leave=leave)
    return make_plan(Request(fixed=(), axes=found.axes, remarks=found.remarks, **more), WORLD)


@pytest.mark.parametrize(
    "name, deviations",
    [
        ("lr", ["lr=0.05", "lr=0.2"]),
        ("steps", ["steps=5", "steps=20"]),
        ("flag", ["flag=true"]),
        ("depth", ["depth=2"]),  # the half of a lone layer is none
        ("data", ["data=wine", "data.rows=4", "data.rows=18"]),
        ("net", ["net.width=2", "net.width=8", "net.inner.rate=0.25", "net.inner.rate=1.0"]),
        ("net/inner", ["net.inner.rate=0.25", "net.inner.rate=1.0"]),
    ],
)
def test_numbers_by_half_and_double_switches_flipped_groups_through_their_options(name, deviations):
    assert [deviation.name for deviation in planned(name).deviations] == deviations


@pytest.mark.parametrize("name", ["name", "layers", "nothing", "twice", "decay", "net._target_"])
def test_what_has_no_half_is_left_alone_and_named_but_for_targets(name):
    found = screened(name)
    assert found.axes == ()
    assert found.remarks == (() if name == "net._target_" else (found.remarks[0],))
    assert name == "net._target_" or name in found.remarks[0]


def test_a_value_that_is_refused_is_named_and_the_others_run():
    plan = planned("model")
    assert [deviation.name for deviation in plan.deviations] == ["model=cnn", "model.units=4", "model.units=16"]
    [refused] = plan.dropped
    assert refused.name == "model=greedy"
    assert refused.reason.startswith("is refused: your `model=greedy` also changes `data`")


def test_what_people_ask_for_themselves_is_still_refused():
    [axis] = [axis for axis in screened("model").axes if axis.key == "model"]
    typed = type(axis)(axis.key, axis.kind, axis.candidates)
    with pytest.raises(Exception, match="also changes `data`"):
        make_plan(Request(fixed=(), axes=(typed,)), WORLD)


def test_protected_keys_and_the_seed_are_no_axes():
    everything = [*BASE, *GROUPS]
    left = ("seed", "net", "model.units", "data")
    keys = [axis.key for axis in screened(*everything, leave=left).axes]
    assert keys == ["lr", "steps", "depth", "flag", "model"]


def test_a_name_that_is_nowhere_is_refused_with_what_there_is():
    with pytest.raises(BadOverride, match=r"names `optimiser`, which is no group and no key .* lr, steps"):
        screened("optimiser")


@few
@given(st.lists(st.sampled_from([*BASE, *GROUPS]), min_size=1, unique=True))
def test_every_deviation_of_a_screen_is_one_change_of_the_named_subtrees(names):
    for deviation in planned(*names).deviations:
        assert deviation.axis.partition(".")[0] in names
        assert deviation.difference.own
        assert not deviation.difference.foreign


@pytest.mark.parametrize("limit, fits", [(7, True), (6, False)])
def test_a_limit_of_trials_must_hold_the_first_look(limit, fits):
    def plan():
        return planned("lr", seeds=5, looks=(1, 5), max_trials=limit)

    if fits:
        assert len(plan().trials) == 15
        assert plan().screens
    else:
        with pytest.raises(BadOverride, match=r"its first look, one seed each and 5 of the reference, needs 7"):
            plan()
