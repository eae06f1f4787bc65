"""Adaptive seeds: who gets more, who is done, and that no error is spent twice."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.analysis.study import plan, record
from tests.strategies import few

from oneaxis.analysis.adaptive import LOOKS, Look, follow, futile, levels
from oneaxis.analysis.comparison import compare, wanted_trials
from oneaxis.analysis.result import Estimate
from oneaxis.vocabulary import Policy

AXES = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]


def made(max_trials=None, axes=AXES):
    whole = plan(axes, seeds=range(15))
    return type(whole)(**{**vars(whole), "looks": LOOKS, "max_trials": max_trials})


def play(study, value, policy=None, failed=()):
    """Run round after round; `value(name, seed)` is what a trial returns. The rounds and the comparison."""
    policy, known, rounds = policy or Policy(metric="acc"), {}, []
    while todo := [trial for trial in wanted_trials(study, known, policy) if trial.index not in known]:
        rounds.append(todo)
        for trial in todo:
            lost = (trial.deviation, trial.seed) in failed
            number = value(trial.deviation, trial.seed)
            known[trial.index] = record(trial.index, "failed") if lost else record(trial.index, acc=number)
    return rounds, compare(study, known, policy), known


def noisy(effects, seed=0):
    def value(name, number):
        effect = 0.0 if name is None else effects.get(name[0], 0.0)
        return 0.5 + effect + random.Random(f"{seed} {name} {number}").gauss(0, 0.01)

    return value


@pytest.mark.parametrize("k", [1, 8, 20])
def test_the_looks_together_spend_the_error_of_one_deviation(k):
    spent = levels(LOOKS, 0.05 / k)
    assert sum(spent) == pytest.approx(0.05 / k)
    assert list(spent) == sorted(spent)


def test_a_clear_difference_is_done_early_and_a_null_is_given_up():
    rounds, found, known = play(made(), noisy({"a": 5.0, "b": -5.0}))
    verdicts = {row.axis: row.verdict for row in found.rows}
    seeds = {row.axis: row.deltas["acc"].n for row in found.rows}

    assert (verdicts["a"], verdicts["b"], seeds["a"], seeds["b"]) == ("better", "worse", 3, 3)
    assert len(rounds[0]) == 5 * 3
    assert {trial.deviation for trial in rounds[1]} == {None, "c=1", "d=1"}
    assert found.unusable == ()
    assert found.saved == 75 - len(known) > 0
    assert all(row.missing == 0 for row in (found.reference, *found.rows))


@few
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.01, 0.02, 0.04]))
def test_never_a_deviation_without_its_pair_and_verdicts_are_final(seed, effect):
    study, policy = made(), Policy(metric="acc")
    known, decided = {}, {}
    value = noisy({"a": effect, "b": -effect}, seed)
    while todo := [trial for trial in wanted_trials(study, known, policy) if trial.index not in known]:
        known |= {trial.index: record(trial.index, acc=value(trial.deviation, trial.seed)) for trial in todo}
        reference = {study.trials[index].seed for index in known if study.trials[index].deviation is None}
        assert {study.trials[index].seed for index in known} == reference
        for row in compare(study, known, policy).rows:
            if row.name in decided:
                assert (row.verdict, row.deltas["acc"]) == decided[row.name]
            elif row.verdict in ("better", "worse"):
                decided[row.name] = (row.verdict, row.deltas["acc"])
        for name in decided:
            assert not any(
                trial.deviation == name for trial in wanted_trials(study, known, policy) if trial.index not in known
            )
    counts = {sum(study.trials[index].deviation == name for index in known) for name in (None, "a=1", "b=1", "c=1")}
    assert counts <= set(LOOKS)


def test_the_limit_on_trials_is_kept_and_said():
    rounds, found, known = play(made(max_trials=25), noisy({}))
    assert len(known) <= 25
    assert "stopped by max_trials=25" in {row.reason for row in found.rows}
    assert found.unusable == ()
    assert len(rounds) > 1


def test_a_failed_seed_ends_a_deviation_and_one_of_the_reference_does_not():
    _, found, _ = play(made(), noisy({"b": 5.0}), failed={("a=1", 1), (None, 0)})
    rows = {row.axis: row for row in found.rows}

    assert rows["a"].verdict == "no verdict"
    assert rows["a"].reason.startswith("1 of 3 seeds failed; ")
    assert rows["a"].finished == 2
    assert rows["b"].verdict == "better"


def test_a_deviation_that_fails_everywhere_gets_no_more_seeds():
    _, found, known = play(made(axes=AXES[:1]), noisy({}), failed={("a=1", seed) for seed in range(15)})
    assert (found.rows[0].verdict, len(known)) == ("failed", 6)


def test_an_interrupted_study_waits_for_its_look():
    study, policy = made(), Policy(metric="acc")
    first = wanted_trials(study, {}, policy)
    known = {trial.index: record(trial.index, acc=trial.seed + len(trial.folder)) for trial in first[:-1]}
    found = compare(study, known, policy)

    assert [row.verdict for row in found.rows][-1] == "no verdict"
    assert "first look, after 3 seeds, isn't complete" in found.rows[-1].reason
    assert next(trial for trial in wanted_trials(study, known, policy) if trial.index not in known) == first[-1]


@pytest.mark.parametrize(
    "n, mean, sd, margin, gives_up",
    [
        (5, 0.0, 1.0, None, True),
        (3, 0.0, 1.0, None, False),  # too early to know the spread
        (5, 5.0, 1.0, None, False),
        (5, 0.0, 1.0, 0.1, True),
        (5, 0.0, 1.0, 3.0, False),  # equivalence is in reach
    ],
)
def test_hopeless_is_what_lies_well_within_the_last_half_width(n, mean, sd, margin, gives_up):
    assert futile(Estimate(n, mean, sd), LOOKS, 0.05, margin) is gives_up


def test_under_a_limit_those_nearest_to_a_decision_go_first():
    sizes = {"a": 0.1, "b": 0.9, "c": 0.5}

    def judge(name, seeds, confidence):
        return Look(complete=True, decided=False, estimate=Estimate(min(seeds, 4), sizes[name], 1.0))

    found = follow(list(sizes), LOOKS, 0.01, judge, max_trials=12 + 6)
    assert {name: one.seeds for name, one in found.items()} == {"a": 3, "b": 5, "c": 5}
    assert found["a"].ending == "stopped by max_trials=18"
