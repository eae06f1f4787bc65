"""The trap of the held learning rate: which rate was held, and what the change gives with its own."""

from __future__ import annotations

import random

import pytest
from tests.analysis.study import record

from oneaxis.analysis.conclusion import Terms
from oneaxis.analysis.own_tuning import Rate, held_rate, own_tuning, runs_by_rate
from oneaxis.vocabulary import Change, Deviation, Difference, Policy, Record, Trial

RATE = Rate(("optimizer", "lr"), 0.01)
TORCH = {"packages": {"torch": "2.13"}}


def deviation(*changed, axis="optimizer"):
    own = tuple(Change(path, "a", "b") for path in changed or [("optimizer", "name")])
    return Deviation(axis, "group", "sgd", "adam", (), "", Difference(own))


def run(lr, score, environment=TORCH):
    fields = dict(vars(record(0, acc=score)))
    return Record(**{**fields, "config": {"optimizer": {"lr": lr, "name": "x"}}, "environment": environment})


def trial(seed, axis=None):
    return Trial(0, None if axis is None else f"{axis}=1", axis, None, seed, (), "", "")


@pytest.mark.parametrize(
    "change, before, after, held",
    [
        (deviation(), run(0.01, 1), run(0.01, 1), 0.01),
        (deviation(("optimizer", "lr")), run(0.01, 1), run(0.1, 1), None),  # the option brings its own
        (deviation(), run(0.02, 1), run(0.01, 1), None),  # moved by interpolation
        (deviation(), run(0.01, 1, {}), run(0.01, 1, {}), None),  # nothing here trains by gradients
        (deviation(axis="optimizer.lr"), run(0.01, 1), run(0.01, 1), None),
    ],
)
def test_a_rate_is_held_where_it_is_in_use_and_untouched(change, before, after, held):
    found = held_rate(change, before, after)
    assert (None if found is None else found.value) == held


def side(means, seeds=5, noise=0.01, name=""):
    """Runs by rate: the held one as the reference of its study, the others as deviations on the rate."""
    found = []
    for lr, value in means.items():
        for seed in range(seeds):
            score = value + random.Random(f"{name}{lr}{seed}").gauss(0, noise)
            found.append((trial(seed, None if lr == RATE.value else RATE.key), run(lr, score)))
    return runs_by_rate(RATE, found)


def judged(change, reference, direction="maximize"):
    terms = Terms(
        metric="acc", direction=direction, margin=None, alpha=0.05, plain=0.95, paired=True, resampled=False,
        reference=(1.0,),
    )  # fmt: skip
    return own_tuning(deviation(), RATE, change, reference, terms=terms, policy=Policy("acc"))


def test_worse_at_the_held_rate_turns_into_better_with_its_own():
    found = judged(side({0.01: 0.3, 0.1: 0.9, 1.0: 0.5}), side({0.01: 0.7, 0.1: 0.4}, name="r"))
    assert (found.own, found.reference, found.verdict) == (0.1, 0.01, "better")
    assert found.estimate.mean == pytest.approx(0.2, abs=0.02)
    assert (found.edge, found.reference_tried) == (None, 2)


@pytest.mark.parametrize("change, verdict", [({0.01: 0.3, 0.1: 0.5}, "worse"), ({0.01: 0.3, 0.1: 0.7}, "inconclusive")])
def test_or_the_honest_contrary(change, verdict):
    assert judged(side(change), side({0.01: 0.7, 0.1: 0.4}, name="r")).verdict == verdict


def test_the_reference_gets_its_own_best_as_well():
    found = judged(side({0.01: 0.3, 0.1: 0.9}), side({0.01: 0.7, 0.001: 0.95}, name="r"))
    assert (found.reference, found.verdict) == (0.001, "worse")


def test_lower_is_better_where_the_metric_says_so():
    assert judged(side({0.01: 0.9, 0.1: 0.3}), side({0.01: 0.7}, name="r"), "minimize").own == 0.1


@pytest.mark.parametrize(
    "change, direction", [({0.01: 0.3}, "maximize"), ({0.1: 0.3}, "maximize"), ({0.01: 0.3, 0.1: 0.9}, None)]
)
def test_nothing_is_said_before_its_own_tuning_was_run_or_without_a_direction(change, direction):
    assert judged(side(change), side({0.01: 0.7}, name="r"), direction) is None


def test_a_rate_that_lacks_a_seed_is_not_chosen():
    change = {**side({0.01: 0.3, 0.1: 0.6}), 1.0: {0: run(1.0, 99.0)}}
    assert judged(change, side({0.01: 0.7}, name="r")).own == 0.1


def test_trials_that_change_something_else_are_left_out():
    assert runs_by_rate(RATE, [(trial(0, "model"), run(0.01, 1.0))]) == {}


def test_another_environment_on_one_side_forbids_it():
    change = {lr: {seed: run(lr, 0.9, {"packages": {"torch": "2.14"}}) for seed in range(5)} for lr in (0.01, 0.1)}
    found = judged(change, side({0.01: 0.7}, name="r"))
    assert [change.key for change in found.obstacles] == ["packages.torch"]
