"""The words of refusals and of single changes."""

import pytest
from tests.planning.asked import asked, axis

from oneaxis.planning.refusal import cannot_compose, not_one_axis, show, shown
from oneaxis.vocabulary import ABSENT, Change, Difference


@pytest.mark.parametrize(
    "value, text",
    [(ABSENT, "(absent)"), (None, "null"), (1.0, "1.0"), (1, "1"), ("", ""), ([1, "a"], "[1, 'a']"), (True, "True")],
)
def test_values_as_the_plan_shows_them(value, text):
    assert shown(value) == text
    assert show(Change(("a", "b"), value, value)) == f"a.b: {text} → {text}"


def test_a_long_difference_is_cut_and_the_rest_counted():
    own = tuple(Change(("model", f"k{number}"), 1, 2) for number in range(9))
    foreign = tuple(Change(("data", f"k{number}"), 1, 2) for number in range(7))
    message = not_one_axis(axis("model", "b"), "b", Difference(own, foreign=foreign))

    assert message.count("model.k") == message.count("data.k") == 6
    assert "    and 3 more\n" in message
    assert "    and 1 more\n" in message


def test_everything_that_is_dragged_along_is_in_the_declaration_to_type():
    foreign = (Change(("data", "rows"), 1, 2), Change(("epochs",), 1, 2))
    choices = (Change(("optim",), "sgd", "adam"),)
    message = not_one_axis(axis("model", "b"), "b", Difference((), foreign=foreign, foreign_choices=choices))

    assert "`model=b` also changes `data`, `epochs`, `optim`" in message
    assert message.endswith("'hydra.sweeper.carries={model:[data,epochs,optim]}'")


@pytest.mark.parametrize(
    "line, key, expected",
    [
        (["model.width=1"], "model", "`model.width=1` is fixed, but `model=b` has no `model.width`"),
        (["data.width=1"], "model", "axis `model`: `model=b` can't be composed: Could not override 'model.width'."),
        (["model.width=1"], "model.depth", "axis `model.depth`: `model.depth=b` can't be composed: "),
    ],
)
def test_only_a_fixed_override_that_hydra_names_is_blamed(line, key, expected):
    reason = "Could not override 'model.width'."
    assert cannot_compose(axis(key, "b"), "b", reason, asked(*line).fixed).startswith(expected)


def test_one_who_meant_an_axis_is_told_how_to_type_one():
    message = cannot_compose(axis("model", "b"), "b", "no 'model.width'", asked("model.width=1").fixed)
    assert message.endswith("One value moves the reference; to make it an axis, type 'model.width=choice(1)'.")


def test_a_value_that_cannot_compose_is_shown_as_it_was_typed():
    swept = axis("new", "1", prefix="+")
    assert cannot_compose(swept, "1", "why", ()) == "axis `new`: `+new=1` can't be composed: why"
