"""`hydra.sweeper.screen`: which knobs matter, on an app that somebody else wrote."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def screened(shared_host):
    """A number that counts, one that only changes the noise, and a switch that makes it fail."""
    app = shared_host("noisy")
    return app, app.sweep("shift=3", "other=4", "hydra.sweeper.screen=[shift,other,fail]")


def test_the_plan_says_how_many_it_may_be(screened):
    _, ended = screened
    assert "Plan: 10 to 30 trials: a screen of 5 deviations" in ended.out
    assert "shift: 3 → 2\n" in ended.out
    assert "shift: 3 × 0.5 = 1.5, rounded to 2" in ended.said


def test_one_seed_each_and_all_of_them_for_what_stands_out(screened):
    app, ended = screened
    assert "screened with one seed: 2 of 5 deviations stand out of the noise; 4 more seeds" in ended.out
    runs = {}
    for record in app.study.records.values():
        runs.setdefault(record["deviation"] or "reference", []).append(record["seed"])
    assert {name: len(seeds) for name, seeds in runs.items()} == {
        "reference": 5, "shift=2": 5, "shift=6": 5, "other=2": 1, "other=8": 1, "fail=true": 1,
    }  # fmt: skip
    assert ended.status == 1, "a failed trial is told by the exit status"


def test_it_ends_with_what_moves_the_metric(screened):
    _, ended = screened
    told = ended.out.partition("what moves val_accuracy, by one change each:\n")[2].splitlines()
    assert told[0].startswith("  shift          ████│████████████  −0.99")
    assert told[1:3] == ["within the noise: other", "no result: fail"]
    assert [line for line in ended.out.splitlines() if len(line) > 80 and "app.py" not in line] == []


@pytest.mark.parametrize(
    "typed, words",
    [
        ("hydra.sweeper.screen=[nets]", "hydra.sweeper.screen names `nets`, which is no group and no key"),
        ("hydra.sweeper.screen=[lr] hydra.sweeper.seeds=2", "the noise band takes 3 at least"),
        ("hydra.sweeper.screen=[lr] hydra.sweeper.reference_seeds=9", "reference_seeds can't be set with a screen"),
        ("hydra.sweeper.screen=[lr] hydra.sweeper.reference=false", "hydra.sweeper.screen needs the reference"),
    ],
)
def test_what_makes_no_screen_is_refused(host, typed, words):
    ended = host("plain").sweep(*typed.split())
    assert ended.status == 1
    assert words in ended.said
