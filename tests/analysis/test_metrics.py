"""Which metric decides, and which way is better."""

import pytest
from tests.analysis.study import record

from oneaxis.analysis.metrics import metric_direction, metric_names, metric_remarks, primary_metric, told_apart
from oneaxis.vocabulary import Policy


@pytest.mark.parametrize(
    "names, wanted, decides",
    [
        (["loss"], None, "loss"),
        (["test_acc", "val_acc", "val_loss"], None, "val_acc"),
        (["train_loss", "Validation/F1"], None, "Validation/F1"),
        (["b", "a"], None, "b"),
        (["test_acc", "val_acc"], "test_acc", "test_acc"),
        ([], None, None),
        ([], "anything", "anything"),
    ],
)
def test_the_policys_metric_else_the_first_validation_metric_else_the_first(names, wanted, decides):
    assert primary_metric(tuple(names), Policy(metric=wanted)) == decides


def test_a_metric_that_no_trial_returned_gives_way_to_another_and_is_told():
    names, policy = ("loss", "val_loss"), Policy(metric="acc")

    assert primary_metric(names, policy) == "val_loss"
    [said] = metric_remarks(names, policy)
    assert said == "no trial returned hydra.sweeper.policy.metric=acc; shown by val_loss of loss, val_loss."
    assert metric_remarks(names, Policy(metric="loss")) == metric_remarks((), policy) == ()


def test_of_two_metrics_that_only_a_dot_within_a_key_tells_apart_it_is_told_which_is_which():
    names = ("m.n", r"m\.n", r"only\.one")

    [said] = metric_remarks(names, Policy(metric="m.n"))
    assert said.startswith(r"m.n and m\.n are two metrics: m\.n has the key `m.n`, m.n is nested")


def test_a_trial_that_has_one_of_them_alone_is_not_compared_by_it():
    both, alone, other = ({"m.n": 1, r"m\.n": 2, "a": 0}, {"m.n": 3, "a.b": 1}, {"a": 5})
    found = {index: record(index, **metrics) for index, metrics in enumerate((both, alone, other))}

    assert [each.metrics for each in told_apart(found).values()] == [both, {"a.b": 1}, other]
    assert told_apart({1: found[1]}) == {1: found[1]}


@pytest.mark.parametrize(
    "name, direction",
    [
        ("accuracy", "maximize"), ("val_accuracy", "maximize"), ("test/f1", "maximize"), ("roc_auc", "maximize"),
        ("Val Score", "maximize"), ("mean_return", "maximize"), ("test_correct", "maximize"),
        ("loss", "minimize"), ("val_loss", "minimize"), ("log_loss", "minimize"), ("eval/RMSE", "minimize"),
        ("fit.seconds", "minimize"), ("error_rate", "minimize"), ("ppl", "minimize"), ("score_time", "minimize"),
        ("neg_log_loss", "maximize"), ("val_neg_mean_squared_error", "maximize"),
        ("objective", None), ("x", None), ("lossy", None), ("accurate", None), ("", None), ("params", None),
    ],
)  # fmt: skip
def test_well_known_words_in_a_name_say_which_way_is_better(name, direction):
    assert metric_direction(name, Policy()) == direction


@pytest.mark.parametrize(
    "policy, name, direction",
    [
        (Policy(direction="minimize"), "accuracy", "minimize"),
        (Policy(direction="maximize"), "x", "maximize"),
        (Policy(metric="x", direction="maximize"), "x", "maximize"),
        (Policy(metric="x", direction="maximize"), "loss", "minimize"),
        (Policy(metric="x"), "x", None),
    ],
)
def test_the_policys_direction_is_that_of_its_metric(policy, name, direction):
    assert metric_direction(name, policy) == direction


def test_metrics_keep_the_order_in_which_they_first_appear():
    assert metric_names([record(0, b=1), record(1, a=1, b=2), record(2)]) == ("b", "a")
    assert metric_names([]) == ()
