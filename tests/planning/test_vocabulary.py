"""What the words of oneaxis say about themselves."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.strategies import hostile_text, steady

from oneaxis.vocabulary import ABSENT, OFFLINE, Axis, Tracking, Trial, as_written, one_name, split_key


@pytest.mark.parametrize(
    "key, kind, path",
    [
        ("lr", "value", ("lr",)),
        ("optimizer.lr", "value", ("optimizer", "lr")),
        ("layers.0", "value", ("layers", "0")),
        ("model", "group", ("model",)),
        ("model/head", "group", ("model", "head")),
        ("model@net", "group", ("net",)),
        ("model/head@net.top", "group", ("net", "top")),
    ],
)
def test_the_place_of_an_axis(key, kind, path):
    assert Axis(key, kind, ()).path == path


@pytest.mark.parametrize(
    "key, path",
    [("", ()), ("a", ("a",)), ("a.b.c", ("a", "b", "c")), (r"a\.b.c", (r"a\.b", "c")), (r"C:\x", (r"C:\x",))],
)
def test_a_key_is_a_path(key, path):
    assert split_key(key) == path


@pytest.mark.parametrize("text", ["a", "a b", r"C:\x", "a/b", ""])
def test_a_key_without_dots_is_its_own_name(text):
    assert one_name(text) == text


@steady
@given(st.lists(st.one_of(hostile_text, st.text(r"a.\\")), min_size=1), st.lists(st.text(r"a.\\"), min_size=1))
@example([""], ["", ""])
def test_names_of_keys_come_apart_again_whatever_is_in_them(path, other):
    names = tuple(map(one_name, path))
    assert [as_written(name) for name in names] == path
    assert split_key(".".join(names)) == names or path == [""]
    assert (".".join(names) == ".".join(map(one_name, other))) == (path == other)


@pytest.mark.parametrize(
    "deviation, seed, several, label, role",
    [
        (None, 3, False, "reference", "reference"),
        (None, 3, True, "reference · seed 3", "reference"),
        ("lr=1", 3, False, "lr=1", "deviation"),
        ("lr=1", 0, True, "lr=1 · seed 0", "deviation"),
        ("lr=1", None, True, "lr=1", "deviation"),
    ],
)
def test_a_trial_is_called_by_its_deviation_and_its_seed_where_there_are_several(deviation, seed, several, label, role):
    trial = Trial(0, deviation, "lr", "1", seed, (), "", "")
    assert (trial.label(several_seeds=several), trial.role) == (label, role)


@pytest.mark.parametrize("uri, live", [("sqlite:///x.db", True), (OFFLINE, False), (None, False)])
def test_a_mirror_is_live_only_where_there_is_a_store(uri, live):
    assert Tracking(uri, "x").live is live


def test_absence_says_so():
    assert repr(ABSENT) == "(absent)"
