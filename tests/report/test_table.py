"""A comparison as texts: signs, digits, times, and what has no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.analysis.study import plan, record, records
from tests.strategies import steady

from oneaxis.analysis.comparison import compare
from oneaxis.report.table import duration, label, other_metrics, signed, tabulate
from oneaxis.vocabulary import Policy


@pytest.mark.parametrize(
    "value, digits, text",
    [
        (0.5, 4, "+0.5000"),
        (-0.5, 4, "−0.5000"),
        (0, 4, "0.0000"),
        (-0.0, 4, "0.0000"),
        (0.00004, 4, "0.0000"),
        (-0.00004, 4, "0.0000"),
        (0.00005001, 4, "+0.0001"),
        (-0.00005001, 4, "−0.0001"),
        (12, 0, "+12"),
        (-0.4, 0, "0"),
        (1e-7, 7, "+0.0000001"),
    ],
)
def test_a_difference_has_a_sign_unless_it_rounds_to_zero(value, digits, text):
    assert signed(value, digits) == text


@steady
@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_a_sign_is_true_and_minus_is_the_real_sign(value, digits):
    text = signed(value, digits)

    assert "-" not in text
    read = float(text.replace("−", "-"))
    assert read == pytest.approx(value, abs=0.5 * 10**-digits + 1e-9 * abs(value))
    assert (read == 0) == (text[0] not in "+−")


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "0.000 s"), (0.0004, "0.000 s"), (0.005, "0.005 s"), (0.01, "0.01 s"), (0.123, "0.12 s"), (1, "1 s"),
        (1.26, "1.3 s"), (9.94, "9.9 s"), (9.96, "10 s"), (12.3, "12 s"), (59.4, "59 s"), (59.6, "1 min 0 s"),
        (200, "3 min 20 s"), (3599.7, "1 h 0 min"), (7500, "2 h 5 min"), (100_000, "27 h 46 min"),
    ],
)  # fmt: skip
def test_a_time_is_one_that_people_can_read(seconds, text):
    assert duration(seconds) == text


def table(values, metric="acc", **more):
    results = {
        index: record(index, value) if isinstance(value, str) else record(index, **{metric: value})
        for index, value in values.items()
    }
    return tabulate(compare(plan([("lr", "1"), ("lr", "2")], **more), results, Policy()))


def test_one_seed_has_no_interval_and_no_count():
    found = table({0: 0.5, 1: 0.75, 2: 0.25})

    assert found.headings == ("", "axis", "change", "acc", "Δ", "time", "verdict")
    assert found.rows == (
        ("", "reference", "", "0.5000", "", "1 s", ""),
        ("?", "lr", "0 → 1", "0.7500", "+0.2500", "× 1", "no verdict"),
        ("?", "lr", "0 → 2", "0.2500", "−0.2500", "× 1", "no verdict"),
    )
    assert found.notes[0] == "acc: higher is better."
    assert found.has_reference


def test_several_seeds_show_intervals_and_how_many_pairs():
    found = table({0: 0.5, 1: 0.6, 2: "failed", 3: 0.7, 4: 0.6, 5: 0.6}, seeds=(0, 1))

    assert found.headings == ("", "axis", "change", "acc", "Δ [low, high]", "n", "time", "verdict")
    assert [row[1:3] for row in found.rows] == [("reference", ""), ("lr", "0 → 2"), ("lr", "0 → 1")]
    assert [row[5] for row in found.rows] == ["2", "1/2", "2"]
    assert "1 of 2 seeds failed" in " ".join(found.notes)


def test_a_narrow_table_has_the_change_in_one_column_and_the_references_own_spread():
    made = plan([("lr", "1")], seeds=(0, 1, 2))
    values = {0: 0.5, 1: 0.6, 2: 0.51, 3: 0.62, 4: 0.49, 5: 0.58}
    found = tabulate(compare(made, records(values), Policy()), wide=False)

    assert found.headings == ("", "change", "acc", "Δ [low, high]", "n", "time", "verdict")
    assert [row[1] for row in found.rows] == ["reference", "lr: 0 → 1"]
    assert found.rows[0][3].startswith("(± 0.0")
    assert found.rows[1][0] == "+"
    assert found.rows[1][-1] == "better"


def test_another_metric_is_shown_without_verdicts():
    made = plan([("lr", "1")], seeds=(0, 1, 2))
    results = {index: record(index, acc=0.1 * index, other=float(index**2)) for index in range(6)}
    found = tabulate(compare(made, results, Policy(metric="acc")), metric="other")

    assert found.headings == ("axis", "change", "other", "Δ [low, high]", "n", "time")
    assert "other doesn't decide: plain 95 % intervals, no verdict." in found.notes


@pytest.mark.parametrize(
    "values, state",
    [({1: "failed"}, "failed"), ({1: "refused"}, "refused"), ({}, "missing")],
)
def test_a_trial_without_a_value_says_why(values, state):
    rows = table({0: 0.5, 2: 0.5} | values).rows
    [row] = [row for row in rows if row[2] == "0 → 1"]
    assert row[3:] == (state, "", "", state if state != "refused" else "failed")


def test_a_trial_that_lacks_the_metric_says_so():
    results = {0: record(0, acc=1.0), 1: record(1, other=1.0)}
    assert tabulate(compare(plan(), results, Policy())).rows[1][3] == "no value"


def test_a_study_without_any_result_still_has_its_rows():
    found = table({})

    assert found.headings == ("", "axis", "change", "metric", "Δ", "time", "verdict")
    assert [row[3] for row in found.rows] == ["missing"] * 3
    assert found.notes == ()


@pytest.mark.parametrize(
    "values, texts",
    [
        ([0.5, 0.25], ["0.5000", "0.2500", "−0.2500"]),
        ([1.5, 0.25], ["1.500", "0.250", "−1.250"]),
        ([12.3456, 10], ["12.35", "10.00", "−2.35"]),
        ([871, 860], ["871.0", "860.0", "−11.0"]),
        ([123456, 7], ["123456", "7", "−123449"]),
        ([0.05, 0.049], ["0.05000", "0.04900", "−0.00100"]),
        ([2.34e-5, 1.11e-5], ["0.00002340", "0.00001110", "−0.00001230"]),
        ([0, 0], ["0.0000", "0.0000", "0.0000"]),
        ([-0.5, 0.5], ["−0.5000", "0.5000", "+1.0000"]),
        ([-0.01, -0.02], ["−0.01000", "−0.02000", "−0.01000"]),
    ],
)
def test_the_largest_value_has_four_digits_and_the_others_as_many_decimals(values, texts):
    found = tabulate(compare(plan(), records(dict(enumerate(values))), Policy())).rows
    (_, _, _, reference, *_), (_, _, _, value, delta, *_) = found
    assert [reference, value, delta] == texts


@pytest.mark.parametrize(
    "name, note",
    [
        ("accuracy", "accuracy: higher is better."),
        ("loss", "loss: lower is better."),
        ("objective", "objective: direction unknown."),
    ],
)
def test_a_note_says_which_way_is_better(name, note):
    assert table({0: 1.0}, metric=name).notes[0] == note


def test_other_metrics_are_shown_with_their_difference_and_no_claim():
    results = {0: record(0, acc=1.0, loss=0.5, only=3.0), 1: record(1, acc=1.0, loss=0.25)}
    found = other_metrics(compare(plan(), results, Policy()))

    assert found.headings == ("change", "loss", "only")
    assert found.rows == (("reference", "0.5000", "3.000"), ("lr: 0 → 1", "0.2500 (−0.2500)", ""))
    assert found.notes == ()


def test_one_metric_has_no_others():
    assert other_metrics(compare(plan(), records({0: 1.0, 1: 2.0}), Policy())) is None


def test_a_row_is_labelled_by_its_single_change():
    reference, row = compare(plan(), {}, Policy()).reference, compare(plan(), {}, Policy()).rows[0]
    unknown = type(row)(**{**vars(row), "before": ""})

    assert (label(reference), label(row), label(unknown)) == ("reference", "lr: 0 → 1", "lr=1")
