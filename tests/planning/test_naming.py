"""Folder names of trials: readable, safe, stable, never twice the same."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import hostile_text, steady

from oneaxis.planning.naming import LONGEST, folders

SAFE = re.compile(r"[A-Za-z0-9._=+,-]+")


@pytest.mark.parametrize(
    "name, seed, several, folder",
    [
        ("reference", None, False, "reference"),
        ("reference", 3, True, "reference,seed=3"),
        ("model.C=10", None, False, "model.C=10"),
        ("optimizer.lr=1e-05", 0, True, "optimizer.lr=1e-05,seed=0"),
        ("seed=3", 3, False, "seed=3"),
        ("a=-1", -4, True, "a=-1,seed=-4"),
        ("a=" + "x" * 78, None, False, "a=" + "x" * 78),
    ],
)
def test_plain_names_are_kept_as_they_are(name, seed, several, folder):
    assert folders([(name, seed)], several=several) == (folder,)


@pytest.mark.parametrize(
    "value",
    [
        "'q'",
        '"q"',
        "a/b",
        "../../etc",
        "50%",
        "a\nb",
        "🚀",
        "x" * 500,
        "a b",
        "$HOME",
        "a=b",
        ".",
        "..",
        "",
        "\0",
        "é",
        ",seed=1",
    ],
)
def test_hostile_values_give_one_safe_readable_folder(value):
    [folder] = folders([(f"key={value}", 1)], several=True)

    assert SAFE.fullmatch(folder)
    assert folder.startswith("key=")
    assert folder.endswith(",seed=1")
    assert len(folder) <= LONGEST
    assert not folder.startswith(".")


@pytest.mark.parametrize(
    "one, other", [("a=x/y", "a=x_y"), ("a=x y", "a=x/y"), ("a=" + "x" * 90, "a=" + "x" * 91), ("a=é", "a=è")]
)
def test_values_that_look_alike_once_made_safe_stay_apart(one, other):
    assert len(set(folders([(one, None), (other, None)], several=False))) == 2


def test_a_name_is_cut_only_if_it_is_too_long():
    [short, long] = folders([("a=" + "x" * 78, None), ("a=" + "x" * 79, None)], several=False)
    assert (len(short), len(long)) == (LONGEST, LONGEST)
    assert re.fullmatch(r"a=x+-[0-9a-f]{8}", long)


def test_names_that_differ_in_case_only_are_two_folders_everywhere():
    assert folders([("model=a", None), ("model=A", None), ("MODEL=a", None)], several=False) == (
        "model=a",
        "model=A-2",
        "MODEL=a-3",
    )


trials = st.lists(st.tuples(hostile_text, st.integers(-3, 30)), max_size=8, unique=True)


@steady
@given(trials)
def test_any_names_give_safe_folders_that_differ_even_without_case(wanted):
    found = folders(wanted, several=True)

    assert len({folder.lower() for folder in found}) == len(wanted)
    assert all(SAFE.fullmatch(folder) and not folder.startswith(".") for folder in found)
    assert all(len(folder) <= LONGEST + len("-99") for folder in found)


@steady
@given(trials)
def test_a_folder_does_not_depend_on_the_trials_around_it(wanted):
    alone = [folders([trial], several=True)[0] for trial in wanted]
    unmistaken = Counter(folder.lower() for folder in alone)

    for folder, by_itself in zip(folders(wanted, several=True), alone, strict=True):
        assert folder == by_itself or unmistaken[by_itself.lower()] > 1
