"""Each deviation against the reference, paired by seed; whatever has no result stays visible."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.analysis.study import plan, record, records
from tests.strategies import steady

from oneaxis.analysis.comparison import compare
from oneaxis.analysis.interval import describe
from oneaxis.vocabulary import Policy

# Two deviations at seeds 0, 1, 2: trials 0 3 6 are the reference, 1 4 7 lr=1, 2 5 8 lr=2.
PLAN = plan([("lr", "1"), ("lr", "2")], seeds=(0, 1, 2))
GOOD = {0: 0.5, 1: 0.6, 2: 0.4, 3: 0.7, 4: 0.7, 5: 0.7, 6: 0.9, 7: 1.1, 8: 0.6}


def brief(estimate):
    """Number, mean and spread of an estimate."""
    return estimate and (estimate.n, estimate.mean, estimate.sd)


def compared(values, **policy):
    return compare(PLAN, records(values), Policy(**policy))


def test_differences_are_paired_by_seed():
    found = compared(GOOD)

    assert found.metric == "acc"
    assert brief(found.reference.metrics["acc"]) == (3, pytest.approx(0.7), pytest.approx(0.2))
    one, two = found.rows
    assert (one.name, two.name) == ("lr=1", "lr=2")
    assert brief(one.deltas["acc"]) == (3, pytest.approx(0.1), pytest.approx(0.1))  # +0.1, 0, +0.2
    assert two.deltas["acc"].mean == pytest.approx((-0.1 + 0 - 0.3) / 3)
    assert found.pair_deltas[7] == {"acc": pytest.approx(0.2)}
    assert set(found.pair_deltas) == {1, 2, 4, 5, 7, 8}
    assert found.unusable == ()
    assert found.reference.deltas == {}


@pytest.mark.parametrize("status", ["failed", "refused", None])
@pytest.mark.parametrize(
    "gone, pairs_of_one, pairs_of_two",
    [
        (0, 2, 2),  # the reference at seed 0: both deviations lose that pair
        (4, 2, 3),  # one deviation at seed 1: the other keeps its pair
        (8, 3, 2),
    ],
)
def test_a_pair_needs_both_partners_and_the_other_pairs_stay(status, gone, pairs_of_one, pairs_of_two):
    values = dict(GOOD)
    del values[gone]
    found = compared(values | ({gone: status} if status else {}))

    assert [row.deltas["acc"].n for row in found.rows] == [pairs_of_one, pairs_of_two]
    assert gone not in found.pair_deltas
    [(trial, left)] = found.unusable
    assert (trial.index, left.status if left else None) == (gone, status)


@pytest.mark.parametrize(
    "values, counts",
    [
        ({}, (3, 0, 0, 0, 3)),
        ({1: 1.0, 4: 1.0, 7: 1.0}, (3, 3, 0, 0, 0)),
        ({1: 1.0, 4: "failed", 7: "refused"}, (3, 1, 1, 1, 0)),
        ({1: "failed", 4: "failed"}, (3, 0, 2, 0, 1)),
    ],
)
def test_finished_failed_refused_and_missing_are_counted(values, counts):
    row = compared(values).rows[0]
    assert (row.planned, row.finished, row.failed, row.refused, row.missing) == counts


def test_without_any_record_every_trial_is_listed_as_unusable():
    found = compared({})

    assert found.metric is None
    assert found.direction is None
    assert [trial.index for trial, left in found.unusable if left is None] == list(range(9))
    assert all(row.metrics == row.deltas == {} and row.seconds is None for row in (found.reference, *found.rows))


def test_values_without_a_partner_are_shown_but_make_no_difference():
    found = compared({1: 0.6, 4: 0.8})

    assert brief(found.rows[0].metrics["acc"]) == (2, pytest.approx(0.7), pytest.approx(0.1414213562))
    assert found.rows[0].deltas == {}


def test_a_metric_that_only_one_side_returned_makes_no_difference():
    found = compare(plan(), {0: record(0, acc=1.0), 1: record(1, acc=2.0, extra=3.0)}, Policy())

    assert found.metrics == ("acc", "extra")
    assert {name: brief(delta) for name, delta in found.rows[0].deltas.items()} == {"acc": (1, 1.0, None)}
    assert brief(found.rows[0].metrics["extra"]) == (1, 3.0, None)


def test_a_failed_record_contributes_no_metric_and_no_time():
    found = compare(plan(), {0: record(0, acc=1.0), 1: record(1, "failed", acc=9.0, other=1.0)}, Policy())

    assert found.metrics == ("acc",)
    assert found.rows[0].metrics == {}
    assert found.rows[0].seconds is None


def test_more_replicates_of_the_reference_inform_it_and_pair_with_nothing():
    wider = plan(seeds=(0, 1), extra=(2, 3))
    found = compare(wider, records({0: 1.0, 1: 2.0, 2: 3.0, 3: 5.0, 4: 7.0, 5: 9.0}), Policy())

    assert brief(found.reference.metrics["acc"]) == (4, 5.0, pytest.approx(statistics.stdev([1, 3, 7, 9])))
    assert brief(found.rows[0].deltas["acc"]) == (2, 1.5, pytest.approx(statistics.stdev([1, 2])))
    assert found.seeds == 4


def test_a_study_without_a_reference_has_rows_and_no_differences():
    whole = plan([("lr", "1"), ("lr", "2")])
    bare = type(whole)(**{**vars(whole), "trials": whole.trials[1:], "reference": None, "deviations": ()})
    found = compare(bare, records({1: 0.5, 2: 0.6}), Policy())

    assert found.reference is None
    assert [row.metrics["acc"].mean for row in found.rows] == [0.5, 0.6]
    assert [row.deltas for row in found.rows] == [{}, {}]


def test_rows_are_in_axis_order_and_not_in_order_of_results():
    order = [("z", "1"), ("a", "2"), ("m", "0")]
    found = compare(plan(order), records({0: 0.5, 1: 0.1, 2: 0.9, 3: 0.4}), Policy())

    assert [(row.axis, row.value) for row in found.rows] == order
    assert [row.before for row in found.rows] == ["0", "0", "0"]


def test_the_policys_metric_and_direction_are_used():
    results = {0: record(0, val_acc=1.0, loss=2.0), 1: record(1, val_acc=1.0, loss=3.0)}

    assert compare(plan(), results, Policy()).metric == "val_acc"
    found = compare(plan(), results, Policy(metric="loss"))
    assert (found.metric, found.direction) == ("loss", "minimize")
    lost = compare(plan(), results, Policy(metric="nope"))
    assert (lost.metric, len(lost.remarks)) == ("val_acc", 1)


def test_the_mean_time_is_that_of_finished_trials():
    results = {0: record(0, seconds=2.0, acc=1), 1: record(1, seconds=None, acc=1)}
    found = compare(plan(), results, Policy())

    assert brief(found.reference.seconds) == (1, 2.0, None)
    assert found.rows[0].seconds is None


@pytest.mark.parametrize(
    "values, expected",
    [([], None), ([2.0], (1, 2.0, None)), ([1.0, 3.0], (2, 2.0, pytest.approx(2**0.5)))],
)
def test_a_spread_has_no_deviation_below_two(values, expected):
    assert brief(describe(values)) == expected


accuracies = st.dictionaries(st.integers(0, 8), st.sampled_from([0.25, 0.5, 1.0, "failed", "refused"]))


@steady
@given(accuracies)
def test_no_trial_is_ever_left_out(values):
    found = compared(values)
    rows = (found.reference, *found.rows)

    assert sum(row.planned for row in rows) == 9
    assert sum(row.finished for row in rows) + len(found.unusable) == 9
    assert all(min(row.finished, row.failed, row.refused, row.missing) >= 0 for row in rows)


@steady
@given(accuracies)
def test_a_mean_difference_is_the_mean_over_seeds_that_both_finished(values):
    found = compared(values)

    for offset, row in enumerate(found.rows, 1):
        pairs = [(values.get(3 * seed + offset), values.get(3 * seed)) for seed in range(3)]
        differences = [one - other for one, other in pairs if isinstance(one, float) and isinstance(other, float)]
        assert (row.deltas["acc"].n if row.deltas else 0) == len(differences)
        if differences:
            assert row.deltas["acc"].mean == pytest.approx(statistics.fmean(differences))


@pytest.mark.parametrize(
    "seeds, lacks, verdict, reason",
    [
        (3, {5}, "outside", "2 runs beside the noise band of 3 reference runs"),
        (5, {9}, "inconclusive", "1 of 5 seeds returned no acc"),
        (5, set(), "better", ""),
        (5, {8}, "better", ""),  # the reference's own: what it would have been speaks for no other verdict
    ],
)
def test_a_seed_that_lacks_the_deciding_metric_counts_as_lost(seeds, lacks, verdict, reason):
    # Two trials a seed: the reference, then the deviation, which is better by about 1.
    found = {
        index: record(index, other=1.0)
        if index in lacks
        else record(index, acc=index % 2 + index / 1000 + index**2 / 1e5)
        for index in range(2 * seeds)
    }
    [row] = compare(plan(seeds=range(seeds)), found, Policy(metric="acc")).rows
    assert (row.verdict, row.reason) == (verdict, reason)
    assert row.deltas["acc"].n == seeds - len(lacks)


@pytest.mark.parametrize("lacks, who", [(0, "at its seeds the reference"), (1, "it")])
def test_who_returned_no_value_is_named(lacks, who):
    """Of the reference (0) and the deviation (1), one lacks the metric at all seeds."""
    found = {
        index: record(index, other=1.0) if index % 2 == lacks else record(index, acc=index / 10) for index in range(6)
    }
    [row] = compare(plan(seeds=range(3)), found, Policy(metric="acc")).rows
    assert (row.verdict, row.reason) == ("no verdict", f"{who} returned no acc")


def test_two_values_beside_the_noise_band_leave_out_who_lacks_the_metric():
    wider = plan(seeds=(0, 1, 2), extra=(3, 4))
    values = {0: 1.0, 2: 1.01, 4: 0.99, 6: 1.02, 7: 0.98, 1: 5.0, 3: 5.0}
    found = compare(wider, {**records(values), 5: record(5, other=1.0)}, Policy(metric="acc"))
    assert (found.rows[0].verdict, found.rows[0].metrics["acc"].n) == ("outside", 2)


def test_a_seed_at_which_the_reference_lacks_the_metric_is_no_proof_against_a_deviation():
    found = {
        index: record(index, other=1.0) if index == 8 else record(index, acc=-(index % 2) + index**2 / 1e5)
        for index in range(10)
    }
    [row] = compare(plan(seeds=range(5)), found, Policy(metric="acc")).rows
    assert (row.verdict, row.reason) == ("inconclusive", "the reference has no result at 1 of 5 seeds")
