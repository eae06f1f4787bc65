"""Steps: relative to the reference's number, in decimal, whole numbers kept whole."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.asked import axis
from tests.strategies import steady

from oneaxis.errors import BadOverride
from oneaxis.planning.steps import settle
from oneaxis.vocabulary import Composed, Step


def reference(value):
    return Composed({}, {}, {("a", "b"): value, ("list",): [1, 2.5, "x"]})


def taken(value, kind, amount):
    return settle(axis("a.b", Step(kind, amount)), reference(value))


@pytest.mark.parametrize(
    "before, kind, amount, text",
    [
        (0.1, "times", 3, "0.3"),  # 0.30000000000000004 in binary
        (0.1, "plus", 0.2, "0.3"),
        (1e-3, "times", 0.1, "0.0001"),
        (1e-5, "times", 10, "0.0001"),
        (1e-4, "times", 0.1, "1e-05"),
        (1.1, "times", 1.1, "1.21"),
        (0.3, "plus", -0.1, "0.2"),
        (2.0, "times", 2, "4.0"),
        (-0.5, "times", 2, "-1.0"),
        (3, "times", 2, "6"),
        (3, "times", 2.0, "6"),
        (8, "times", 0.5, "4"),
        (3, "plus", -5, "-2"),
        (0, "times", 10, "0"),
        (100, "times", 10, "1000"),
        (10**20, "times", 10, "1" + "0" * 21),
        (math.inf, "times", 2, "inf"),
    ],
)
def test_a_step_is_taken_in_decimal_and_whole_numbers_stay_whole(before, kind, amount, text):
    assert taken(before, kind, amount) == ((text,), ())


@pytest.mark.parametrize(
    "before, kind, amount, text, remark",
    [
        (3, "times", 0.5, "2", "a.b: 3 × 0.5 = 1.5, rounded to 2"),
        (5, "times", 0.5, "2", "a.b: 5 × 0.5 = 2.5, rounded to 2"),
        (10, "times", 0.33, "3", "a.b: 10 × 0.33 = 3.3, rounded to 3"),
        (10, "plus", 0.75, "11", "a.b: 10 + 0.75 = 10.75, rounded to 11"),
    ],
)
def test_a_whole_number_that_had_to_be_rounded_is_said(before, kind, amount, text, remark):
    assert taken(before, kind, amount) == ((text,), (remark,))


@pytest.mark.parametrize(
    "before, shown", [(True, "True"), ("0.1", "'0.1'"), (None, "None"), ([1], r"\[1\]"), ({}, "{}")]
)
def test_steps_need_a_number_and_say_what_is_there_instead(before, shown):
    with pytest.raises(BadOverride, match=f"axis `a.b`: steps need a number in the reference, and it is {shown}"):
        taken(before, "times", 2)


def test_steps_on_a_key_that_is_not_there_say_so():
    with pytest.raises(BadOverride, match="it is missing; list values instead"):
        settle(axis("nope", Step("plus", 1)), reference(1))


def test_steps_may_move_one_item_of_a_list():
    assert settle(axis("list.1", Step("times", 2)), reference(1)) == (("5.0",), ())


@pytest.mark.parametrize("text", ["{time:[2]}", "{times:[2],plus:[1]}", "{}"])
def test_a_dict_for_a_number_is_taken_for_a_misspelt_step(text):
    with pytest.raises(BadOverride, match=r"axis `a\.b`: the reference is the number 1, and .* is a dict; steps are"):
        settle(axis("a.b", text), reference(1))


@pytest.mark.parametrize("value", [None, {}, "x", True])
def test_a_dict_for_anything_else_is_a_value(value):
    assert settle(axis("a.b", "{c:1}"), reference(value)) == (("{c:1}",), ())


def test_texts_pass_through_and_order_is_kept():
    assert settle(axis("a.b", "7", Step("plus", 1), "x"), reference(1)) == (("7", "2", "x"), ())


@steady
@given(st.decimals(-1000, 1000, places=4), st.decimals(-100, 100, places=3))
def test_a_float_step_is_the_decimal_result_to_the_last_digit(before, amount):
    [text], _ = taken(float(before), "times", float(amount))
    assert float(text) == float(before * amount)

    [text], _ = taken(float(before), "plus", float(amount))
    assert float(text) == float(before + amount)


@steady
@given(st.integers(-(10**6), 10**6), st.floats(-10, 10))
def test_a_whole_number_becomes_a_whole_number(before, amount):
    [text], _ = taken(before, "times", amount)
    assert str(int(text)) == text
