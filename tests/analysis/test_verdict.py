"""The verdict table and its guards, through the comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.analysis.study import plan, record
from tests.strategies import steady

from oneaxis.analysis import pairing
from oneaxis.analysis.comparison import compare
from oneaxis.analysis.gate import Gate, losers
from oneaxis.analysis.result import Estimate
from oneaxis.analysis.verdict import decide
from oneaxis.vocabulary import Change, Margin, Policy


@pytest.mark.parametrize(
    "low, high, margin, direction, verdict",
    [
        (0.1, 0.3, None, "maximize", ("better", False)),
        (0.1, 0.3, None, "minimize", ("worse", False)),
        (0.1, 0.3, None, None, ("higher", False)),
        (-0.3, -0.1, None, "maximize", ("worse", False)),
        (-0.3, -0.1, None, "minimize", ("better", False)),
        (-0.3, -0.1, None, None, ("lower", False)),
        (-0.1, 0.3, None, "maximize", ("inconclusive", False)),
        (0.0, 0.3, None, "maximize", ("inconclusive", False)),
        (-0.3, 0.0, None, "maximize", ("inconclusive", False)),
        (-0.1, 0.1, None, "maximize", ("inconclusive", False)),  # never equivalent without a margin
        (-0.1, 0.1, 0.2, "maximize", ("equivalent", False)),
        (0.05, 0.1, 0.2, "maximize", ("equivalent", False)),  # real and negligible
        (-0.2, 0.1, 0.2, "maximize", ("inconclusive", False)),  # on the margin is not within
        (0.1, 0.3, 0.2, "maximize", ("better", False)),
        (0.2, 0.3, 0.2, "maximize", ("better", True)),
        (-0.3, -0.2, 0.2, "maximize", ("worse", True)),
        (-0.3, -0.2, 0.2, "minimize", ("better", True)),
    ],
)
def test_one_interval_one_verdict(low, high, margin, direction, verdict):
    assert decide(Estimate(5, (low + high) / 2, 0.1, low, high), margin, direction) == verdict


def test_there_is_no_verdict_without_three_pairs_or_an_interval():
    assert decide(Estimate(2, 1.0, 0.1, 0.9, 1.1), None, "maximize")[0] == "no verdict"
    assert decide(Estimate(5, 1.0, 0.1), None, "maximize")[0] == "no verdict"


def study(reference, deviation, *, metric="acc", policy=None, extra=(), **more):
    """One deviation over seeds; None is a missing trial, a text the status of one without a result."""
    made = plan([("lr", "1")], seeds=range(len(deviation)), extra=range(len(deviation), len(reference)))
    found = {}
    for trial in made.trials:
        values = reference if trial.deviation is None else deviation
        value = values[trial.seed]
        if isinstance(value, str):
            found[trial.index] = record(trial.index, value)
        elif value is not None:
            found[trial.index] = record(trial.index, **{metric: value})
    for index, changed in more.get("changed", {}).items():
        found[index] = replace(found[index], **changed)
    return compare(made, found, policy or Policy())


BASE = [0.50, 0.52, 0.49, 0.51, 0.50]
UP = [0.60, 0.63, 0.58, 0.62, 0.61]


@pytest.mark.parametrize(
    "reference, deviation, verdict, reason",
    [
        (BASE, UP, "better", ""),
        (UP, BASE, "worse", ""),
        (BASE, [0.51, 0.50, 0.50, 0.50, 0.51], "inconclusive", ""),
        (BASE, [value + 0.01 for value in BASE], "inconclusive", "no variation seen"),
        (BASE, BASE, "identical", "is lr wired?"),
        (BASE[:2], UP[:2], "no verdict", "fewer than 3 pairs"),
        (BASE[:1], UP[:1], "no verdict", "one run each"),
        (BASE, UP[:1], "outside", "one run beside the noise band of 5 reference runs"),
        (BASE, [0.505], "inside", "noise band"),
        (BASE, ["failed"] * 5, "failed", "5 of 5 seeds failed"),
        (BASE, [None] * 5, "missing", "5 of 5 seeds missing"),
        (BASE, [*UP[:4], "failed"], "inconclusive", "1 of 5 seeds failed"),  # the lost one may have been its worst
        (UP, [*BASE[:4], "failed"], "worse", "1 of 5 seeds failed"),
        (BASE, [*UP[:4], None], "inconclusive", "1 of 5 seeds missing"),
        ([*BASE[:4], "failed"], UP, "better", ""),
        ([*UP[:4], "failed"], BASE, "inconclusive", "the reference has no result at 1 of 5 seeds"),
        (["failed"] * 5, UP, "no verdict", "the reference has no result"),
    ],
)
def test_guards_go_before_the_interval(reference, deviation, verdict, reason):
    [row] = study(reference, deviation).rows
    assert row.verdict == verdict
    assert reason in row.reason


def test_differences_that_are_equal_but_for_rounding_decide_nothing():
    reference, deviation = [0.97, 0.96, 0.02], [0.98, 0.97, 0.03]
    assert len({one - other for one, other in zip(deviation, reference, strict=True)}) > 1
    assert study(reference, deviation).rows[0].verdict == "inconclusive"


def test_identical_means_every_output():
    def others(**changed):
        return study(BASE, BASE, changed={1: changed}).rows[0].verdict

    assert study(BASE, BASE).rows[0].verdict == "identical"
    assert study([0.5], [0.5]).rows[0].verdict == "identical", "a fact, not a statistic: one seed shows it"
    assert others(metrics={"acc": 0.5, "loss": 1.0}) == "inconclusive"
    assert others(outputs={"predictions": "other"}) == "inconclusive"


def test_equivalence_needs_a_margin_and_its_bound_is_always_told():
    near = [0.501, 0.521, 0.4895, 0.5105, 0.501]
    [without] = study(BASE, near).rows
    [within] = study(BASE, near, policy=Policy(margin=Margin(0.01))).rows
    [relative] = study(BASE, near, policy=Policy(margin=Margin(0.02, relative=True))).rows

    assert without.verdict == "inconclusive"
    assert (within.verdict, relative.verdict) == ("equivalent", "equivalent")
    assert within.bound == pytest.approx(max(abs(within.deltas["acc"].low), within.deltas["acc"].high))
    assert study(BASE, near, policy=Policy(margin=Margin(within.bound * 0.99))).rows[0].verdict == "inconclusive"
    assert study(BASE, near, policy=Policy(margin=Margin(within.bound * 1.01))).rows[0].verdict == "equivalent"


def test_an_undecided_row_says_how_many_seeds_would_tell():
    [row] = study(BASE, [0.53, 0.52, 0.52, 0.50, 0.53]).rows
    assert row.verdict == "inconclusive"
    low, high = row.more_seeds
    assert 1 <= low < high


def test_k_is_what_was_planned_whatever_came_of_it():
    made = plan([("lr", "1"), ("lr", "2"), ("lr", "3")], seeds=(0, 1, 2))
    some = {trial.index: record(trial.index, acc=0.1 * trial.index**2) for trial in made.trials if trial.value != "3"}
    found = compare(made, some, Policy(metric="acc"))

    assert found.k == 3
    assert found.rows[0].deltas["acc"].confidence == pytest.approx(1 - 0.05 / 3)


@pytest.mark.parametrize("sizes, verdict", [({}, "no verdict"), ({"train": 80, "evaluation": 20}, "better")])
def test_overlapping_splits_without_known_sizes_get_no_verdict(sizes, verdict):
    changed = {index: {"sizes": sizes} for index in range(10)}
    [row] = study(BASE, UP, policy=Policy(replicates="resampled"), changed=changed).rows
    assert row.verdict == verdict
    if sizes:
        plain = study(BASE, UP).rows[0].deltas["acc"]
        wider = row.deltas["acc"]
        assert (wider.high - wider.low) / (plain.high - plain.low) == pytest.approx((1 + 5 * 0.25) ** 0.5)
    else:
        assert row.deltas["acc"].low is None


def test_pairs_that_can_not_be_compared_make_no_difference(monkeypatch):
    barred = [True, False]

    def second(reference, deviation, declared, policy):
        return (Change(("data", "evaluation"), "a", "b"),) if reference.trial == 0 or all(barred) else ()

    monkeypatch.setattr(pairing, "second_differences", second)
    [some] = study(BASE, UP).rows
    barred[1] = True
    [every] = study(BASE, UP).rows

    assert (some.verdict, some.reason) == ("inconclusive", "1 of 5 pairs can't be compared")
    assert some.deltas["acc"].n == 4
    assert (every.verdict, every.reason) == ("not comparable", "differs in data.evaluation as well")
    assert every.deltas == {}
    assert every.obstacles


def test_a_better_row_that_trained_longer_says_so():
    longer = {index: {"seconds": 2.0 + 0.01 * index} for index in (1, 3, 5, 7, 9)}
    longer[0] = {"seconds": 1.001}
    [row] = study(BASE, UP, changed=longer).rows
    assert row.verdict == "better"
    assert row.seconds_ratio.low > 1
    assert "× as long as the reference" in row.remarks[0]


def test_guardrails_are_read_in_the_metrics_direction():
    made = plan([("lr", "1")])
    found = {0: record(0, val_acc=0.9, loss=0.5, odd=1.0), 1: record(1, val_acc=0.7, loss=0.6, odd=1.0)}
    policy = Policy(metric="val_acc", guardrails={"val_acc": 0.8, "loss": 0.6, "seconds": 0.5, "odd": 1, "gone": 1})
    [row] = compare(made, found, policy).rows
    assert {rail.metric: rail.kept for rail in row.guardrails} == {
        "val_acc": False, "loss": True, "seconds": False, "odd": None, "gone": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "deviation, gate, passes",
    [
        (UP, None, True),
        (BASE, None, True),
        ([value - 0.1 for value in UP], None, True),
        ([value - 0.2 for value in UP], None, False),
        ([value - 0.2 for value in UP], 0.5, True),  # worse, but by less than matters
        ([value - 0.1 for value in UP], 0.05, True),
        ([value - 0.1 for value in UP], 0.001, False),  # undecided: a loss isn't excluded
        ([*UP[:4], "failed"], 0.5, False),
        (BASE, 0.001, True),  # identical
    ],
)
def test_a_gate_stops_what_is_worse_or_with_a_margin_what_may_be(deviation, gate, passes):
    found = study(BASE, deviation)
    margin = None if gate is None else Margin(gate)
    assert (losers(found, Gate(margin)) == ()) is passes


numbers = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=6)


@steady
@given(numbers)
def test_turning_the_direction_turns_better_and_worse(pairs):
    reference, deviation = [one for one, _ in pairs], [other for _, other in pairs]
    up, down = (
        study(reference, deviation, policy=Policy(direction=direction)).rows[0].verdict
        for direction in ("maximize", "minimize")
    )
    assert down == {"better": "worse", "worse": "better"}.get(up, up)


@steady
@given(numbers, st.floats(0.001, 1))
def test_interval_and_verdict_never_disagree(pairs, margin):
    reference, deviation = [one for one, _ in pairs], [other for _, other in pairs]
    [row] = study(reference, deviation, policy=Policy(margin=Margin(margin))).rows
    delta = row.deltas["acc"]
    if row.verdict == "better":
        assert delta.low > 0
    if row.verdict == "worse":
        assert delta.high < 0
    if row.verdict == "equivalent":
        assert -margin < delta.low <= delta.high < margin
    if row.by_margin:
        assert min(abs(delta.low), abs(delta.high)) >= margin
