"""What a task returned, read as metrics."""

from __future__ import annotations

import enum
import json
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from tests.strategies import containers, finite, steady, words

from oneaxis.trial.outcome import NONE_RETURNED, read_metrics, read_metrics_file

PLAIN = {"lr": 1, "twice": "${lr}", "model": {"depth": 3}}


class Scalar:
    """A tensor of another library, which only knows how to become a float."""

    def __float__(self):
        return 0.5


class Broken:
    def __float__(self):
        raise RuntimeError("a tensor on a device that is gone")


class Key(enum.StrEnum):
    ACC = "acc"


@pytest.mark.parametrize(
    "returned, metrics",
    [
        (0.5, {"objective": 0.5}),
        (1, {"objective": 1.0}),
        (True, {"objective": 1.0}),
        (-0.0, {"objective": 0.0}),
        (np.float32(0.5), {"objective": 0.5}),
        (np.int64(3), {"objective": 3.0}),
        (np.bool_(True), {"objective": 1.0}),
        (np.array(0.25), {"objective": 0.25}),
        (np.array([0.25]), {"objective": 0.25}),
        (np.array([[0.25]]), {"objective": 0.25}),
        (Decimal("0.5"), {"objective": 0.5}),
        (Fraction(1, 4), {"objective": 0.25}),
        (Scalar(), {"objective": 0.5}),
        ({"a": 0.5, "b": 1}, {"a": 0.5, "b": 1.0}),
        ({"b": 1, "a": 2}, {"b": 1.0, "a": 2.0}),
        ({1: 0.5}, {"1": 0.5}),
        ({"val/acc @ 5": np.float64(1)}, {"val/acc @ 5": 1.0}),
        (OmegaConf.create({"a": 0.5}), {"a": 0.5}),
        ({"val": {"acc": 0.9}, "f1": 0.5}, {"val.acc": 0.9, "f1": 0.5}),
        ({"a": {"b": {"c": np.float32(0.5)}, "d": "x"}, "e": {}}, {"a.b.c": 0.5}),
        # a dot within a key is told from one between keys only where both are there
        ({"m.n": 2, "val.acc": 0.5}, {"m.n": 2, "val.acc": 0.5}),
        ({"m": {"n": 1}, "m.n": 2, "val.acc": 0.5}, {"m.n": 1, r"m\.n": 2, "val.acc": 0.5}),
        ({"m.n": 2, "m": {"n": 1}}, {r"m\.n": 2, "m.n": 1}),
        ({"m": {"n": 1}, "m.n": 2, r"m\.n": 3}, {"m.n": 1, r"m\.n": 2, r"m\\\.n": 3}),
        ({"a.b": {"c": 1}, "a": {"b.c": 2}}, {r"a\.b.c": 1, r"a.b\.c": 2}),
        # keys that only look alike
        ({1: 0.5, "1": 0.25, Key.ACC: 1}, {r"\int:1": 0.5, "1": 0.25, "acc": 1}),
        ({1: {2: 3}}, {"1.2": 3.0}),
        (OmegaConf.create({"val": {"acc": 0.9}}), {"val.acc": 0.9}),
        ({"a": 0.5, "cfg": OmegaConf.create({"lr": "???"}), "b": {"c": 1}}, {"a": 0.5, "b.c": 1.0}),
        ({"a": 0.5, "b": [{"c": 1}]}, {"a": 0.5}),
    ],
)
def test_numbers_are_metrics(returned, metrics):
    found, failure = read_metrics(returned)

    assert (found, failure) == (metrics, None)
    assert list(found) == list(metrics)
    assert all(type(value) is float for value in found.values())


@pytest.mark.parametrize(
    "returned, kind, message",
    [
        (
            None,
            "NoMetric",
            NONE_RETURNED,
        ),
        ({}, "NoMetric", "the task returned an empty dict; return at least one metric"),
        ("0.5", "NotANumber", "metric `objective` is '0.5' (str); return a number"),
        (b"1", "NotANumber", "metric `objective` is b'1' (bytes); return a number"),
        ({"a": "0.5"}, "NotANumber", "metric `a` is '0.5' (str); return a number"),
        ({"a": None}, "NotANumber", "metric `a` is None (NoneType); return a number"),
        ({"a": {"b": "1"}}, "NotANumber", "metric `a.b` is '1' (str); return a number"),
        ({"a": {"b": math.nan}}, "NotFinite", "metric `a.b` is nan"),
        ({"a": {}}, "NoMetric", "the task returned an empty dict; return at least one metric"),
        ([0.5], "NotANumber", "metric `objective` is [0.5] (list); return a number"),
        ((), "NotANumber", "metric `objective` is () (tuple); return a number"),
        (1j, "NotANumber", "metric `objective` is 1j (complex); return a number"),
        (np.array([1, 2]), "NotANumber", "metric `objective` is array([1, 2]) (ndarray); return a number"),
        (np.array([]), "NotANumber", "metric `objective` is array([]"),
        (object, "NotANumber", "metric `objective` is <class 'object'> (type); return a number"),
        (Broken(), "NotANumber", "(Broken); return a number"),
        (math.nan, "NotFinite", "metric `objective` is nan"),
        ({"a": math.inf}, "NotFinite", "metric `a` is inf"),
        ({"a": np.float32("-inf")}, "NotFinite", "metric `a` is -inf"),
        (10**400, "NotFinite", "metric `objective` is"),
        ({"a": "x" * 500}, "NotANumber", "xxx"),
    ],
)
def test_what_is_no_finite_number_is_a_failure_with_its_reason(returned, kind, message):
    metrics, failure = read_metrics(returned)

    assert metrics == {}
    assert failure.kind == kind
    assert message in failure.message
    assert len(failure.message) < 200


def test_good_metrics_are_kept_beside_a_bad_one_and_the_first_bad_one_is_named():
    metrics, failure = read_metrics({"a": 1, "b": math.nan, "c": "x", "d": 2})

    assert metrics == {"a": 1.0, "d": 2.0}
    assert failure.message == "metric `b` is nan"


def test_a_dict_that_holds_itself_has_an_end():
    returned = {"a": 0.5, "b": {"c": 1}}
    returned["b"]["up"] = returned

    assert read_metrics(returned) == ({"a": 0.5, "b.c": 1.0}, None)


def test_what_is_returned_and_what_is_left_in_a_file_have_the_same_names(tmp_path):
    content = {"val": {"acc": 0.9, "top": {"5": 1}}, "f1": 0.5, "note": "x", "rows": [1]}
    (tmp_path / "metrics.json").write_text(json.dumps(content))

    assert read_metrics_file(tmp_path, "metrics.json") == read_metrics(content)
    assert read_metrics(content) == ({"val.acc": 0.9, "val.top.5": 1.0, "f1": 0.5}, None)


def test_a_returned_value_is_left_as_it_is():
    returned = {"val": {"acc": 0.9}}
    read_metrics(returned)

    assert returned == {"val": {"acc": 0.9}}


@steady
@given(containers)
def test_whatever_comes_back_gives_finite_metrics_or_a_failure(returned):
    metrics, failure = read_metrics(returned)

    assert all(math.isfinite(value) for value in metrics.values())
    assert metrics or failure


@steady
@given(st.dictionaries(words, finite, min_size=1))
def test_finite_numbers_pass_unchanged(returned):
    assert read_metrics(returned) == (returned, None)


@pytest.mark.parametrize(
    "returned, metrics",
    [
        ({"cfg": PLAIN, "acc": 0.5}, {"acc": 0.5}),
        ({"cfg": PLAIN | {"twice": 1}, "acc": 0.5}, {"acc": 0.5}),
        ({"model": {"depth": 3}, "acc": 0.5}, {"acc": 0.5}),
        # Another dict with the same numbers, or a part that grew, is the task's own.
        ({"val": {"depth": 3}, "acc": 0.5}, {"val.depth": 3.0, "acc": 0.5}),
        ({"model": {"depth": 3, "loss": 0.1}}, {"model.depth": 3.0, "model.loss": 0.1}),
        ({"lr": 1, "acc": 0.5}, {"lr": 1.0, "acc": 0.5}),
        ({"model": {"depth": np.array([1, 2])}, "acc": 0.5}, {"acc": 0.5}),
    ],
)
def test_a_configuration_returned_beside_the_metrics_is_none_of_them(returned, metrics):
    config = OmegaConf.create(PLAIN)
    found, _ = read_metrics(returned, config)
    assert found == metrics


def test_a_configuration_that_can_not_be_resolved_is_left_aside_all_the_same():
    plain = {"lr": 1, "lost": "${nowhere}"}
    assert read_metrics({"cfg": plain, "acc": 0.5}, OmegaConf.create(plain)) == ({"acc": 0.5}, None)
