"""The proof, on apps whose choices drag others along: what is refused, what is said and run, what is dropped."""

from __future__ import annotations

import pytest

# config, overrides, and what the refusal says: the culprit, both differences, the way out
REFUSED = {
    "a choice that brings other data along by an interpolated default": (
        "by_data",
        ["model=small,large"],
        [
            "your `model=large` also changes `data`",
            "its own change, on model: model.width: 1 → 9 model.depth: 1 → (absent)",
            "what it drags along: data: small_data → large_data data.rows: 10 → 90",
            "'hydra.sweeper.carries={model:[data]}'",
        ],
    ),
    "a choice that loses an optional extra by an interpolated default": (
        "by_extra",
        ["model=small,large"],
        ["your `model=large` also changes `extra`", "extra.bonus: 5 → (absent)", "carries={model:[extra]}'"],
    ),
    "an experiment that overrides another group": (
        "by_experiment",
        ["experiment=choice(other_data)"],
        ["your `experiment=other_data` also changes `data`", "data: small_data → large_data", "data.rows: 10 → 90"],
    ),
    "an experiment that changes keys elsewhere": (
        "by_experiment",
        ["experiment=choice(longer)"],
        ["your `experiment=longer` also changes `epochs`", "epochs: 10 → 100", "carries={experiment:[epochs]}'"],
    ),
    "a value that can't be composed": (
        "by_value",
        ["model=small,huge"],
        ["axis `model`: `model=huge` can't be composed", "Could not find 'model/huge'"],
    ),
    "a fixed value that a swept choice has no key for": (
        "by_value",
        ["model=small,large", "model.depth=3"],
        [
            "`model.depth=3` is fixed, but `model=large` has no `model.depth`",
            "Drop `model.depth=3`, or leave large out",
        ],
    ),
    "a protected key": (
        "by_value",
        ["base=3,4", "hydra.sweeper.policy.protected=[base]"],
        ["axis `base`: `base=3` would change `base`", "hydra.sweeper.policy.protected"],
    ),
    "a protected key that follows by interpolation": (
        "by_value",
        ["base=3,4", "hydra.sweeper.policy.protected=[rate]"],
        ["axis `base`: `base=3` would change `rate`", "hydra.sweeper.policy.protected"],
    ),
    "a key inside a protected subtree": (
        "by_value",
        ["model=small,large", "hydra.sweeper.policy.protected=[model.depth]"],
        ["axis `model`: `model=large` would change `model.depth`"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_before_anything_runs(host, case):
    config, overrides, words = REFUSED[case]
    app = host("drags")
    ended = app.sweep(*overrides, config=config)
    assert ended.status == 1, ended
    assert [word for word in words if word not in ended.said] == [], ended
    assert "Traceback" not in ended.err
    assert app.left == []


# config, overrides, the deviation that runs, and what the plan says of it
SAID_AND_RUN = {
    "a choice that is declared to carry another group": (
        "by_data",
        ["model=small,large", "hydra.sweeper.carries={model:[data]}"],
        "model=large",
        ["model: small → large", "carried: data.rows: 10 → 90"],
    ),
    "a choice that is declared to carry an extra": (
        "by_extra",
        ["model=small,large", "hydra.sweeper.carries={model:[extra]}"],
        "model=large",
        ["carried: extra.bonus: 5 → (absent)"],
    ),
    "an experiment that is declared to carry a group": (
        "by_experiment",
        ["experiment=choice(other_data)", "hydra.sweeper.carries={experiment:[data]}"],
        "experiment=other_data",
        ["experiment: null → other_data", "carried: data.rows: 10 → 90"],
    ),
    "an experiment that is declared to carry a key": (
        "by_experiment",
        ["experiment=choice(longer)", "hydra.sweeper.carries={experiment:[epochs]}"],
        "experiment=longer",
        ["carried: epochs: 10 → 100"],
    ),
    "what follows by interpolation": (
        "by_value",
        ["base=3,2"],
        "base=3",
        ["base: 2 → 3", "follows: rate: 2 → 3", "follows: doubled: 22 → 33", "dropped: base=2 equals the reference"],
    ),
    "a fixed value that holds in every choice": (
        "by_value",
        ["model=small,large", "model.width=5"],
        "model=large",
        ["shifted: the reference is moved by model.width=5", "holds in every choice: model.width=5"],
    ),
    "a key that is fixed, then swept": (
        "by_value",
        ["base=5", "base=5,6"],
        "base=6",
        ["base: 5 → 6", "`base=5` is fixed and swept: the fixed value is the reference's", "dropped: base=5 equals"],
    ),
    "a key that is swept, then fixed": (
        "by_value",
        ["base=5,6", "base=5"],
        "base=6",
        ["base: 5 → 6", "`base=5` is fixed and swept: the fixed value is the reference's", "dropped: base=5 equals"],
    ),
    "a new key that is fixed and swept": (
        "by_value",
        ["+added=1", "+added=1,2"],
        "added=2",
        ["added: 1 → 2", "`+added=1` is fixed and swept", "dropped: added=1 equals the reference"],
    ),
    "a value that is equal, of another type": (
        "by_value",
        ["base=2.0,2"],
        "base=2.0",
        ["base: 2 → 2.0", "equal to the reference's 2, of another type (int → float)", "dropped: base=2 equals"],
    ),
    "duplicates": (
        "by_value",
        ["base=3,3"],
        "base=3",
        ["dropped: base=3 composes the same as base=3"],
    ),
}


@pytest.mark.parametrize("case", SAID_AND_RUN)
def test_said_in_the_plan_and_run(host, case):
    config, overrides, deviation, words = SAID_AND_RUN[case]
    app = host("drags")
    ended = app.sweep(*overrides, config=config)
    assert ended.status == 0, ended
    assert [word for word in words if word not in ended.said] == [], ended
    assert app.study.statuses == {"reference": "finished", deviation: "finished"}


def test_values_that_no_two_compositions_share_are_named_and_not_compared(host):
    app = host("draws")
    ended = app.sweep("lr=1,2")
    assert ended.status == 0, ended
    assert "unstable, differs at every composition and so isn't compared: nested.token, stamp, started" in ended.said
    assert "follows" not in ended.said
    assert app.study.statuses == {"reference": "finished", "lr=1": "finished", "lr=2": "finished"}


def test_without_a_reference_nothing_is_compared_and_nothing_dropped(host):
    app = host("drags")
    ended = app.sweep("model=small,large,large", "hydra.sweeper.reference=false", config="by_data")
    assert ended.status == 0, ended
    assert "nothing is compared, proved or dropped" in ended.said
    assert [trial["deviation"] for trial in app.study.plan["trials"]] == ["model=small", "model=large", "model=large"]
    assert [record["role"] for record in app.study.records.values()] == ["deviation", "deviation"]
    assert len(list(app.study.root.rglob("record.json"))) == 3


def test_without_a_reference_steps_are_refused(host):
    app = host("unfinished")
    ended = app.sweep("axes=numbers", "hydra.sweeper.reference=false")
    assert ended.status == 1
    assert "axis `lr`: steps are relative to a reference" in ended.said
    assert app.left == []
