"""The proof on hand-made compositions: what is the axis's own, and what isn't."""

from __future__ import annotations

import enum
import math
from dataclasses import replace

import pytest
from tests.planning.asked import asked, axis

from oneaxis.canonical import leaves
from oneaxis.planning.proof import difference, within
from oneaxis.vocabulary import ABSENT, Composed

OWN, CARRIED, FOLLOWS, FOREIGN, CHOICES = "own", "carried", "follows", "foreign", "foreign_choices"


def composed(config, choices=None, places=None, resolved=None):
    """A composition; where nothing is interpolated it resolves to itself."""
    resolved = config if resolved is None else resolved
    paths = {key: tuple(place.split(".")) if place else () for key, place in (places or {}).items()}
    return Composed(config, choices or {}, dict(leaves(resolved)), paths)


def told(found):
    """A difference as {part: {key: (before, after)}}, without empty parts."""
    parts = {name: getattr(found, name) for name in (OWN, CARRIED, FOLLOWS, FOREIGN, CHOICES)}
    return {
        name: {change.key: (change.before, change.after) for change in changes}
        for name, changes in parts.items()
        if changes
    }


def key(one, other, name="a", **more):
    """The difference of two plain configurations for an axis over one key."""
    return told(difference(composed(one), composed(other), axis(name, **more)))


VALUE_CASES = {
    "its own key": ({"a": 1, "b": 2}, {"a": 5, "b": 2}, {OWN: {"a": (1, 5)}}),
    "another type is a change": ({"a": 1}, {"a": 1.0}, {OWN: {"a": (1, 1.0)}}),
    "a number and its text": ({"a": 1}, {"a": "1"}, {OWN: {"a": (1, "1")}}),
    "null is not absence": ({"a": None}, {}, {OWN: {"a": (None, ABSENT)}}),
    "a new key": ({"b": 1}, {"b": 1, "a": 2}, {OWN: {"a": (ABSENT, 2)}}),
    "a subtree of its own": ({"a": {"x": 1, "y": 2}}, {"a": {"x": 3, "y": 4}}, {OWN: {"a.x": (1, 3), "a.y": (2, 4)}}),
    "a value becomes a subtree": ({"a": 1}, {"a": {"x": 1}}, {OWN: {"a": (1, ABSENT), "a.x": (ABSENT, 1)}}),
    "null becomes a subtree": ({"a": None}, {"a": {"x": 1}}, {OWN: {"a": (None, ABSENT), "a.x": (ABSENT, 1)}}),
    "a plain list is one leaf": ({"a": [1, 2]}, {"a": [1, 3]}, {OWN: {"a": ([1, 2], [1, 3])}}),
    "lists of dicts go by index": (
        {"a": [{"x": 1}, {"x": 2}]},
        {"a": [{"x": 1}, {"x": 3}]},
        {OWN: {"a.1.x": (2, 3)}},
    ),
    "a shorter list of dicts": ({"a": [{"x": 1}, {"x": 2}]}, {"a": [{"x": 1}]}, {OWN: {"a.1.x": (2, ABSENT)}}),
    "NaN equals NaN": ({"a": 1, "b": math.nan}, {"a": 2, "b": float("nan")}, {OWN: {"a": (1, 2)}}),
    "NaN in a list": ({"a": 1, "b": [math.nan]}, {"a": 2, "b": [math.nan]}, {OWN: {"a": (1, 2)}}),
    "an emptied subtree": ({"a": {"x": 1}}, {"a": {}}, {OWN: {"a.x": (1, ABSENT)}}),
    "another key": ({"a": 1, "b": 2}, {"a": 5, "b": 3}, {OWN: {"a": (1, 5)}, FOREIGN: {"b": (2, 3)}}),
    "another key's type alone": ({"a": 1, "b": 2}, {"a": 5, "b": 2.0}, {OWN: {"a": (1, 5)}, FOREIGN: {"b": (2, 2.0)}}),
    "a key that only looks alike": ({"a": 1, "ab": 2}, {"a": 1, "ab": 3}, {FOREIGN: {"ab": (2, 3)}}),
    "a key that comes": ({"a": 1}, {"a": 1, "b": None}, {FOREIGN: {"b": (ABSENT, None)}}),
    "a key that goes": ({"a": 1, "b": {"c": 1}}, {"a": 1, "b": {}}, {FOREIGN: {"b.c": (1, ABSENT)}}),
    "an empty subtree that goes": ({"a": 1, "b": {}}, {"a": 1}, {FOREIGN: {"b": ({}, ABSENT)}}),
    "an empty subtree that is replaced": ({"a": 1, "b": {}}, {"a": 1, "b": 0}, {FOREIGN: {"b": ({}, 0)}}),
    "one item of a foreign list": (
        {"a": 1, "b": [{"x": 1}]},
        {"a": 1, "b": [{"x": 2}]},
        {FOREIGN: {"b.0.x": (1, 2)}},
    ),
    "a key with a dot beside a nested one": (
        {"a": {"b": 1}, "a.b": 2},
        {"a": {"b": 5}, "a.b": 3},
        {OWN: {"a.b": (1, 5)}, FOREIGN: {r"a\.b": (2, 3)}},
    ),
    "an item of a list beside a key that looks like it": (
        {"a": [1], "a.0": 5},
        {"a": [2], "a.0": 6},
        {OWN: {"a": ([1], [2])}, FOREIGN: {r"a\.0": (5, 6)}},
    ),
    "nothing": ({"a": 1}, {"a": 1}, {}),
}  # fmt: skip


@pytest.mark.parametrize("one, other, expected", VALUE_CASES.values(), ids=VALUE_CASES)
def test_an_axis_over_a_key_owns_what_lies_under_its_key(one, other, expected):
    assert key(one, other) == expected


@pytest.mark.parametrize("one, other, expected", VALUE_CASES.values(), ids=VALUE_CASES)
def test_it_is_one_axis_exactly_if_nothing_is_foreign(one, other, expected):
    found = difference(composed(one), composed(other), axis("a"))
    assert found.is_one_axis is (FOREIGN not in expected)


@pytest.mark.parametrize(
    "name, one, other, expected",
    [
        ("a.x", {"a": {"x": 1, "y": 1}}, {"a": {"x": 2, "y": 1}}, {OWN: {"a.x": (1, 2)}}),
        ("a.x", {"a": {"x": 1, "y": 1}}, {"a": {"x": 2, "y": 2}}, {OWN: {"a.x": (1, 2)}, FOREIGN: {"a.y": (1, 2)}}),
        ("a.x", {"a": {}}, {"a": {"x": 1}}, {OWN: {"a.x": (ABSENT, 1)}}),
        ("a.x.y", {"a": {}}, {"a": {"x": {"y": 1}}}, {OWN: {"a.x.y": (ABSENT, 1)}}),
        ("a", {}, {"a": 1}, {OWN: {"a": (ABSENT, 1)}}),
        ("a.0", {"a": [1, 2]}, {"a": [5, 2]}, {OWN: {"a.0": (1, 5)}}),
        ("a.0", {"a": [1, 2]}, {"a": [5, 6]}, {FOREIGN: {"a": ([1, 2], [5, 6])}}),
        ("a.0", {"a": [1, 2]}, {"a": [5]}, {FOREIGN: {"a": ([1, 2], [5])}}),
        ("a.0", {"a": [1, 2]}, {"a": 5}, {FOREIGN: {"a": ([1, 2], 5)}}),
        ("a.0", {"a": "xy"}, {"a": "zy"}, {FOREIGN: {"a": ("xy", "zy")}}),
        ("a.1", {"a": [1, 2]}, {"a": [5, 2]}, {FOREIGN: {"a": ([1, 2], [5, 2])}}),
        ("a.0.x", {"a": [{"x": 1}, {"x": 1}]}, {"a": [{"x": 2}, {"x": 1}]}, {OWN: {"a.0.x": (1, 2)}}),
        ("a.0.x", {"a": [{"x": 1}, {"x": 1}]}, {"a": [{"x": 1}, {"x": 2}]}, {FOREIGN: {"a.1.x": (1, 2)}}),
    ],
)
def test_an_axis_deep_inside_owns_its_leaf_and_no_neighbour(name, one, other, expected):
    assert key(one, other, name) == expected


def group(one, other, name="model", fixed=(), unstable=frozenset(), **more):
    """The difference for a group axis; a side is (config, choices, places)."""
    sides = [composed(*side) for side in (one, other)]
    return difference(*sides, axis(name, **more), fixed=asked(*fixed).fixed, unstable=unstable)


A = ({"model": {"w": 1}, "data": {"n": 1}}, {"model": "a", "data": "x"}, {"model": "model", "data": "data"})


def b(config, choices=None, places=None):
    """The deviation model=b, which changes more than A only where told."""
    return (
        {**A[0], "model": {"w": 2}, **config},
        {**A[1], "model": "b", **(choices or {})},
        {**A[2], **(places or {})},
    )


def test_a_group_owns_its_package():
    assert told(group(A, b({}))) == {OWN: {"model.w": (1, 2)}}


def test_a_group_that_drags_another_group_shows_choice_and_keys():
    found = group(A, b({"data": {"n": 2}}, {"data": "y"}))

    assert told(found) == {OWN: {"model.w": (1, 2)}, FOREIGN: {"data.n": (1, 2)}, CHOICES: {"data": ("x", "y")}}
    assert not found.is_one_axis


def test_a_dragged_group_is_foreign_even_if_no_key_differs():
    found = group(A, b({}, {"data": "y"}))

    assert told(found) == {OWN: {"model.w": (1, 2)}, CHOICES: {"data": ("x", "y")}}
    assert not found.is_one_axis


def test_a_group_that_comes_or_goes_is_a_foreign_choice():
    came = group(A, b({}, {"extra": "e"}, {"extra": "extra"}))
    gone = group((A[0], {**A[1], "extra": "e"}, {**A[2], "extra": "extra"}), b({}))

    assert told(came)[CHOICES] == {"extra": (ABSENT, "e")}
    assert told(gone)[CHOICES] == {"extra": ("e", ABSENT)}


def test_an_optional_group_that_has_no_such_option_on_either_side_brings_nothing():
    """`optional extra: ${model}_extra`, and there is neither a_extra nor b_extra."""
    one = (A[0], {**A[1], "extra": "a_extra"}, A[2])

    assert told(group(one, b({}, {"extra": "b_extra"}))) == {OWN: {"model.w": (1, 2)}}
    assert CHOICES in told(group(one, b({}, {"extra": "b_extra"}, {"extra": "extra"})))


def test_a_list_of_options_lives_where_its_group_does():
    one = ({"model": {"w": 1}, "data": 1}, {}, {})
    other = ({"model": {"w": 2}, "data": 2}, {}, {})

    assert told(group(one, other)) == {OWN: {"model.w": (1, 2)}, FOREIGN: {"data": (1, 2)}}


def test_groups_nested_under_the_axis_are_its_own():
    places = {"model": "model", "model/opt": "elsewhere"}
    one = ({"model": {"opt": {"lr": 1}}}, {"model": "a", "model/opt": "sgd"}, places)
    other = ({"model": {"opt": {"lr": 2}}}, {"model": "b", "model/opt": "adam"}, places)

    assert told(group(one, other)) == {OWN: {"model.opt.lr": (1, 2)}}


def test_a_nested_group_that_lives_elsewhere_may_change_its_choice_but_no_key_there():
    places = {"model": "model", "model/opt@away": "away"}
    one = ({"model": {"w": 1}, "away": {"lr": 1}}, {"model": "a", "model/opt@away": "sgd"}, places)
    alike = ({"model": {"w": 2}, "away": {"lr": 1}}, {"model": "b", "model/opt@away": "adam"}, places)
    other = ({"model": {"w": 2}, "away": {"lr": 2}}, {"model": "b", "model/opt@away": "adam"}, places)

    assert told(group(one, alike)) == {OWN: {"model.w": (1, 2)}}
    assert told(group(one, other)) == {OWN: {"model.w": (1, 2)}, FOREIGN: {"away.lr": (1, 2)}}


def test_a_group_placed_inside_the_axis_is_its_own():
    one = ({"model": {"w": 1}}, {"model": "a"}, {"model": "model"})
    places = {"model": "model", "opt@model.opt": "model.opt"}
    other = ({"model": {"w": 1, "opt": {"lr": 2}}}, {"model": "b", "opt@model.opt": "adam"}, places)

    assert told(group(one, other)) == {OWN: {"model.opt.lr": (ABSENT, 2)}}


def test_a_group_whose_name_only_begins_alike_is_foreign():
    found = group(A, b({}, {"model_extra": "y"}, {"model_extra": "model_extra"}))

    assert told(found)[CHOICES] == {"model_extra": (ABSENT, "y")}


def test_a_group_with_a_package_owns_that_place_and_no_other():
    one = ({"net": {"lr": 1}, "model": {"lr": 1}}, {"model@net": "a"}, {"model@net": "net"})
    other = ({"net": {"lr": 2}, "model": {"lr": 2}}, {"model@net": "b"}, {"model@net": "net"})

    assert told(group(one, other, "model@net")) == {OWN: {"net.lr": (1, 2)}, FOREIGN: {"model.lr": (1, 2)}}


@pytest.mark.parametrize("place", ["net", "deep.inside"])
def test_a_package_header_decides_the_place(place):
    """`# @package net` puts group `model` elsewhere than its name says."""

    def side(option, value):
        config = {"w": value}
        for name in reversed(place.split(".")):
            config = {name: config}
        return config, {"model": option}, {"model": place}

    assert told(group(side("a", 1), side("b", 2))) == {OWN: {f"{place}.w": (1, 2)}}


def test_options_of_one_group_may_live_in_two_places():
    one = ({"here": {"w": 1}}, {"model": "a"}, {"model": "here"})
    other = ({"there": {"w": 1}}, {"model": "b"}, {"model": "there"})

    assert told(group(one, other)) == {OWN: {"here.w": (1, ABSENT), "there.w": (ABSENT, 1)}}


def test_the_root_is_no_place_of_its_own():
    one = ({"epochs": 1}, {"model": "a"}, {"model": ""})
    other = ({"epochs": 2}, {"model": "b"}, {"model": ""})

    assert told(group(one, other)) == {FOREIGN: {"epochs": (1, 2)}}


def test_an_option_that_goes_to_the_root_owns_nothing_there():
    other = ({"model": {"w": 1}, "data": {"n": 5}}, {"model": "b", "data": "x"}, {"model": ""})

    assert FOREIGN in told(group(A, other))


def test_what_an_axis_carries_is_told_apart_from_its_own():
    found = group(A, b({"data": {"n": 2}}, {"data": "y"}), carries=("data",))

    assert told(found) == {OWN: {"model.w": (1, 2)}, CARRIED: {"data.n": (1, 2)}}
    assert found.is_one_axis


def test_a_carried_key_is_a_key_and_all_below_it():
    one = {"a": 1, "b": {"x": 1, "y": {"z": 1}}, "c": 1}
    other = {"a": 2, "b": {"x": 2, "y": {"z": 2}}, "c": 1}

    assert told(difference(composed(one), composed(other), axis("a", carries=("b",)))) == {
        OWN: {"a": (1, 2)},
        CARRIED: {"b.x": (1, 2), "b.y.z": (1, 2)},
    }
    assert told(difference(composed(one), composed(other), axis("a", carries=("b.x",)))) == {
        OWN: {"a": (1, 2)},
        CARRIED: {"b.x": (1, 2)},
        FOREIGN: {"b.y.z": (1, 2)},
    }


def test_carrying_one_thing_allows_no_other():
    found = group(A, b({"data": {"n": 2}, "seed": 1}, {"data": "y"}), carries=("data",))

    assert told(found)[FOREIGN] == {"seed": (ABSENT, 1)}


def test_a_carried_group_may_live_where_its_header_says():
    found = group(
        ({"model": {"w": 1}, "set": {"n": 1}}, {"model": "a", "data": "x"}, {"model": "model", "data": "set"}),
        ({"model": {"w": 2}, "set": {"n": 2}}, {"model": "b", "data": "y"}, {"model": "model", "data": "set"}),
        carries=("data",),
    )

    assert told(found) == {OWN: {"model.w": (1, 2)}, CARRIED: {"set.n": (1, 2)}}


def test_what_follows_by_interpolation_is_no_change_of_its_own():
    one = composed({"a": 1, "b": "${a}", "c": ["${a}", 0]}, resolved={"a": 1, "b": 1, "c": [1, 0]})
    other = composed({"a": 2, "b": "${a}", "c": ["${a}", 0]}, resolved={"a": 2, "b": 2, "c": [2, 0]})
    found = difference(one, other, axis("a"))

    assert told(found) == {OWN: {"a": (1, 2)}, FOLLOWS: {"b": (1, 2), "c": ([1, 0], [2, 0])}}
    assert found.is_one_axis


def test_unstable_leaves_do_not_follow():
    one = composed({"a": 1, "t": "${now:}"}, resolved={"a": 1, "t": "10:00"})
    other = composed({"a": 2, "t": "${now:}"}, resolved={"a": 2, "t": "10:01"})

    assert told(difference(one, other, axis("a"), unstable=frozenset({("t",)}))) == {OWN: {"a": (1, 2)}}
    assert told(difference(one, other, axis("a")))[FOLLOWS] == {"t": ("10:00", "10:01")}


def test_an_interpolation_that_is_another_text_is_foreign_though_it_resolves_alike():
    one = composed({"a": 1, "b": "${x}"}, resolved={"a": 1, "b": 3})
    other = composed({"a": 2, "b": "${y}"}, resolved={"a": 2, "b": 3})

    assert told(difference(one, other, axis("a")))[FOREIGN] == {"b": ("${x}", "${y}")}


@pytest.mark.parametrize(
    "fixed, held",
    [
        ("model.w=5", ("model.w=5",)),
        ("+model.new=1", ("+model.new=1",)),
        ("model={w:3}", ()),  # kind group: a choice, not a value
        ("data.n=5", ()),
        ("modelling=1", ()),
    ],
)
def test_a_fixed_value_inside_a_swept_group_holds_in_every_choice(fixed, held):
    assert group(A, b({}), fixed=[fixed]).holds == held


def test_nothing_holds_for_an_axis_over_a_key():
    assert difference(composed({"a": 1}), composed({"a": 2}), axis("a"), fixed=asked("a.x=1").fixed).holds == ()


@pytest.mark.parametrize("name", ["model", "a"])
def test_what_reaches_a_job_by_hydras_own_node_is_foreign(name):
    """An option may set environment variables or the working folder."""

    def side(value, threads):
        plain = composed({"model": {"w": value}, "a": value}, {"model": value}, {"model": "model"})
        return replace(plain, around={"hydra": {"job": {"env_set": {"THREADS": threads}}}})

    found = difference(side(1, "1"), side(2, "8"), axis(name))
    assert told(found)[FOREIGN]["hydra.job.env_set.THREADS"] == ("1", "8")
    assert "hydra.job.env_set.THREADS" not in told(difference(side(1, "1"), side(2, "1"), axis(name))).get(FOREIGN, {})


@pytest.mark.parametrize(
    "path, region, inside",
    [
        (("a",), [("a",)], True),
        (("a", "b"), [("a",)], True),
        (("a",), [("a", "b")], False),
        (("ab",), [("a",)], False),
        (("a",), [()], True),
        (("a",), [], False),
        ((), [("a",)], False),
    ],
)
def test_a_path_lies_within_a_region_by_whole_names(path, region, inside):
    assert within(path, region) is inside


class Part(enum.Enum):
    HEAD = 1


@pytest.mark.parametrize("key_of, name", [(Part.HEAD, "HEAD"), (1, "1"), (True, "true"), (False, "false")])
def test_an_axis_names_a_key_that_is_no_text_as_overrides_write_it(key_of, name):
    found = key({"rate": {key_of: 1.0}}, {"rate": {key_of: 2.0}}, f"rate.{name}")
    assert found == {OWN: {f"rate.{name}": (1.0, 2.0)}}
