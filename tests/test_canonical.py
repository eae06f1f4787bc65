"""The canonical form: what counts as the same configuration, and what doesn't."""

import enum
import math
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from tests.strategies import containers, steady

from oneaxis.canonical import digest, keyed, leaf_at, leaves, same
from oneaxis.vocabulary import ABSENT


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Shade(enum.Enum):
    RED = 1


class Name(enum.StrEnum):
    ACC = "acc"


DISTINCT = [
    1, 1.0, True, "1", None, "null", "None", 0, 0.0, -0.0, False, "", [], {}, [1], [1.0], [[1]], ["1"], {"a": 1},
    {"a": 1.0}, {"b": 1}, {"a": {"b": 1}}, {1: "a"}, {"1": "a"}, Colour.RED, Colour.BLUE, Shade.RED, "RED",
    b"1", b"", math.inf, -math.inf, math.nan, "nan", 10**30, 1e30, ABSENT, Path("1"), {"int": "1"}, ["int", "1"], "???",
]  # fmt: skip


def test_values_of_another_kind_or_value_are_not_the_same():
    pairs = list(combinations(DISTINCT, 2))

    assert [pair for pair in pairs if same(*pair)] == []
    assert [(one, other) for one, other in pairs if digest({"key": one}) == digest({"key": other})] == []


@pytest.mark.parametrize("value", DISTINCT, ids=repr)
def test_every_value_is_the_same_as_itself_nan_too(value):
    assert same(value, value)
    assert digest({"key": value}) == digest({"key": value})


def test_nan_equals_nan_wherever_it_lies():
    assert same([{"a": math.nan}], [{"a": float("nan")}])
    assert digest({"a": [math.nan]}) == digest({"a": [float("nan")]})


def test_a_list_and_a_tuple_are_one_kind_of_sequence():
    assert same([1, (2, 3)], (1, [2, 3]))


def shuffled(node):
    """The same container with every mapping's keys in another order."""
    if isinstance(node, dict):
        return {key: shuffled(node[key]) for key in reversed(node)}
    return [shuffled(child) for child in node] if isinstance(node, list) else node


@steady
@given(containers)
def test_the_order_of_keys_does_not_count(config):
    assert digest({"a": config, "b": 1}) == digest({"b": 1, "a": shuffled(config)})


@steady
@given(containers, containers)
def test_digests_agree_exactly_where_the_values_are_the_same(one, other):
    assert (digest({"key": one}) == digest({"key": other})) == same(one, other)


def test_the_order_of_a_list_counts():
    assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})


def test_the_digest_is_this_one_on_every_machine():
    """Records of earlier versions are compared by it: it may not change unnoticed."""
    config = {"b": [1, 2.5, None, True], "a": {"x": "é", "nan": math.nan}}
    assert digest(config) == "fca33cb7b589f5a56055eaee20ae478cafb68ef7aed2e3c1aacbd2c2ee9a02f8"


@pytest.mark.parametrize(
    "config, without, rest",
    [
        ({"seed": 1, "a": 2}, ("seed",), {"a": 2}),
        ({"a": {"seed": 1, "b": 2}, "c": 3}, ("a", "seed"), {"a": {"b": 2}, "c": 3}),
        ({"a": {"b": {"seed": 1}}}, ("a", "b", "seed"), {"a": {"b": {}}}),
        ({"a": 1}, ("seed",), {"a": 1}),
        ({"a": 1}, ("a", "seed"), {"a": 1}),
        ({1: 5, "a": 2}, ("1",), {"a": 2}),
    ],
)
def test_the_seed_is_left_out_at_any_depth_and_nothing_else_is(config, without, rest):
    assert digest(config, without=without) == digest(rest)


def test_without_a_path_nothing_is_left_out():
    assert digest({"seed": 1}) != digest({"seed": 2})
    assert digest({"seed": 1}, without=("seed",)) == digest({"seed": 2}, without=("seed",))


@pytest.mark.parametrize(
    "node, found",
    [
        ({"a": 1, "b": {"c": None}}, {("a",): 1, ("b", "c"): None}),
        ({"a": {}, "b": []}, {("a",): {}, ("b",): []}),
        ({"a": [1, "x", None]}, {("a",): [1, "x", None]}),
        ({"a": [[1], [2, 3]]}, {("a", "0"): [1], ("a", "1"): [2, 3]}),
        ({"a": [1, {"b": 2}]}, {("a", "0"): 1, ("a", "1", "b"): 2}),
        ({1: {2: "x"}}, {("1", "2"): "x"}),
        ({}, {(): {}}),
    ],
)
def test_a_plain_list_is_one_leaf_and_a_list_of_containers_is_walked(node, found):
    assert dict(leaves(node)) == found


@pytest.mark.parametrize(
    "path, found",
    [
        (("a",), 1), (("none",), None), (("list",), [5, 6]), (("list", "0"), 5), (("list", "1"), 6),
        (("rows", "1", "b"), 2), (("list", "2"), ABSENT), (("list", "x"), ABSENT), (("list", "-1"), ABSENT),
        (("list", "0", "0"), ABSENT), (("text", "0"), ABSENT), (("nowhere",), ABSENT), (("rows",), ABSENT),
        ((), ABSENT),
    ],
)  # fmt: skip
def test_a_leaf_is_found_by_its_path_and_an_item_of_a_plain_list_by_its_index(path, found):
    config = {"a": 1, "none": None, "text": "xy", "list": [5, 6], "rows": [{"b": 1}, {"b": 2}]}
    assert leaf_at(dict(leaves(config)), path) == found


@pytest.mark.parametrize(
    "keys, names",
    [
        ([Colour.RED, Name.ACC, True, 3, 1.5, "a.b"], ["RED", "acc", "true", "3", r"1\.5", r"a\.b"]),
        (["1", 1, True, "true", "\\bool:true"], ["1", r"\int:1", r"\bool:true", "true", r"\\bool:true"]),
        ([Colour.RED, Shade.RED], [r"\Colour:RED", r"\Shade:RED"]),
    ],
)
def test_a_key_is_named_as_overrides_write_it_and_no_two_are_named_alike(keys, names):
    node = {key: place for place, key in enumerate(keys)}
    paths = [path for path, _ in leaves({"a": node})]
    assert len(set(paths)) == len(node)
    assert len({key for key, _ in keyed(node)}) == len(node)
    if len(node) == len(names):
        assert paths == [("a", name) for name in names]


def test_digests_of_configurations_with_keys_of_text_stay_as_they_are():
    config = {"a": {"b": 1}, "a.b": 2.5, "c": [{"d": None}, True], "e": {}}
    assert digest(config) == "c13462f9337801a4d3bbaf110f1a028c4000a571866654aadf42da1137cfe52f"
    assert digest({**config, "seed": 3}, without=("seed",)) == digest(config)
