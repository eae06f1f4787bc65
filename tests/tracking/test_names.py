"""Names of parameters and metrics as keys that MLflow takes, and back."""

from __future__ import annotations

import posixpath
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.strategies import hostile_text, steady

from oneaxis.tracking.names import EARLIER, LONGEST, NAMES, from_key, to_key

# The rules of MLflow, `mlflow/utils/validation.py`; tests of the mirror try them on the real one.
LEGAL = re.compile(r"[/\w.\- :]*")


def legal(key):
    normal = posixpath.normpath(key)
    unique = normal == key and normal != "." and not normal.startswith(("..", "/"))
    return bool(key) and LEGAL.fullmatch(key) is not None and unique and len(key) <= LONGEST


@pytest.mark.parametrize(
    "name",
    [
        "lr",
        "optimizer.lr",
        "val/acc",
        "delta.acc",
        "a b",
        "a:b",
        "a-b",
        "é",
        "max_x",
        "x_y",
        "_x",
        "fix_x40",
        "a..b",
        "1",
    ],
)
def test_a_legal_name_is_its_own_key(name):
    assert to_key(name) == name
    assert from_key(name) == name


@pytest.mark.parametrize(
    "name, key",
    [
        ("opt@net.opt", "opt_x40_net.opt"),
        ("+x", "_x2b_x"),
        ("a[0]", "a_x5b_0_x5d_"),
        ("acc%", "acc_x25_"),
        ("a=b,c", "a_x3d_b_x2c_c"),
        ("a\nb", "a_xa_b"),
        ("🚀", "_x1f680_"),
        ("", "_x_"),
        (".", "_x2e_"),
        ("/a", "_x2f_a"),
        ("./a", "_x2e__x2f_a"),
        ("a//b", "a_x2f__x2f_b"),
        ("a/", "a_x2f_"),
        ("../a.b", "_x2e__x2e__x2f_a_x2e_b"),
        ("_x40_", "_x5f_x40_"),
        ("_x_", "_x5f_x_"),
        ("_x40@", "_x5f_x40_x40_"),
    ],
)
def test_what_mlflow_refuses_is_spelled_out(name, key):
    assert to_key(name) == key
    assert legal(key)
    assert from_key(key) == name


looks_escaped = st.text("_x40a@/.é", max_size=12)


@steady
@given(st.one_of(hostile_text, looks_escaped))
@example("_x40_x41_")
@example("_x40@")
@example("_x_")
@example("__x40_")
@example("_x./")
def test_any_name_becomes_a_legal_key_that_reads_back(name):
    key = to_key(name)

    assert legal(key)
    if len(key) < LONGEST:
        assert from_key(key) == name


@steady
@given(st.lists(st.one_of(looks_escaped, st.text("ab", min_size=400, max_size=410)), unique=True, max_size=6))
def test_different_names_never_share_a_key(names):
    assert len({to_key(name) for name in names}) == len(names)


@pytest.mark.parametrize("name", ["a" * 250, "a" * 251, "a" * 5000, "@" * 100, "a/" * 200 + "b"])
def test_a_long_name_is_cut_and_stays_legal(name):
    assert legal(to_key(name))
    assert to_key(name) != to_key(name + "a")
    assert (from_key(to_key(name)) == name) == (len(name) <= 250 and "@" not in name)


@pytest.mark.parametrize(
    "name, key",
    [
        ("seconds", "seconds"),
        ("delta.acc", "delta.acc"),
        ("oneaxis", "oneaxis"),
        ("oneaxis.seconds", "oneaxis_x2e_seconds"),
        ("oneaxis.a@b", "oneaxis_x2e_a_x40_b"),
        ("oneaxis_x2e_seconds", "oneaxis_x5f_x2e_seconds"),
    ],
)
def test_a_metric_of_a_task_never_has_a_name_of_ours(name, key):
    assert NAMES.task(name) == key
    assert from_key(key) == name
    assert NAMES.own(name) == to_key(f"oneaxis.{name}")
    assert EARLIER.task(name) == EARLIER.own(name) == to_key(name)


@steady
@given(hostile_text, hostile_text)
@example("oneaxis." + "a" * 300, "")
def test_ours_and_a_tasks_are_apart_whatever_they_are_called(name, own):
    for each in (name, f"oneaxis.{name}"):
        assert legal(NAMES.task(each))
        assert not NAMES.task(each).startswith("oneaxis.")
        assert NAMES.task(each) != NAMES.own(own)
