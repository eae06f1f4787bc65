"""The rule by which a published figure counts as reproduced."""

from __future__ import annotations

import pytest

from oneaxis.analysis.claims import Claim, Run, Standing, claims_health, judge, standings

COUNT = Claim("c", "count", "correct", 871, "s", of=899)
EXACT = Claim("e", "exact", "acc", 0.961111, "s", tolerance=5e-7)
MEAN = Claim("m", "mean", "acc", 0.65, "s", tolerance=0.03, seeds=(0, 1, 2))
CELLS = Claim("x", "count", "correct", 3, "s", confusion=((2, 0), (1, 1)))


@pytest.mark.parametrize(
    "claim, values, answer",
    [
        (COUNT, [871], "reproduced"),
        (COUNT, [871, 871], "reproduced"),
        (COUNT, [870], "not reproduced"),
        (COUNT, [871, 872], "not reproduced"),
        (EXACT, [173 / 180], "reproduced"),
        (EXACT, [0.9611], "not reproduced"),
        (EXACT, [], "not comparable"),
        # t(0.975, 2) = 4.3027: the half width of three values 0.01 apart is 0.02484
        (MEAN, [0.64, 0.65, 0.66], "reproduced"),
        (MEAN, [0.63, 0.64, 0.65], "close"),
        (MEAN, [0.55, 0.56, 0.57], "not reproduced"),
        (MEAN, [0.60, 0.65, 0.70], "close"),
        (MEAN, [0.65, 0.65], "not comparable"),
    ],
)
def test_the_rule(claim, values, answer):
    assert judge(claim, [Run(value) for value in values]).answer == answer


def test_the_interval_is_students():
    estimate = judge(MEAN, [Run(0.64), Run(0.65), Run(0.66)]).estimate
    assert (estimate.low, estimate.high) == pytest.approx((0.65 - 0.024841, 0.65 + 0.024841), abs=1e-6)


@pytest.mark.parametrize(
    "runs, answer, reason",
    [
        ([Run(3, ((2, 0), (1, 1)))], "reproduced", "all 4 cells"),
        ([Run(3, ((1, 1), (0, 2)))], "not reproduced", "4 of 4 cells differ"),
        ([Run(3, None)], "not comparable", "keeps no predictions"),
        ([Run(3, ((3,),))], "not comparable", "1 classes were predicted, and 2"),
        ([Run(None, failure="boom")], "not comparable", "1 of 1 trials have no result: boom"),
        ([Run(None)], "not comparable", "returns no metric correct"),
    ],
)
def test_cells_and_what_lacks(runs, answer, reason):
    judged = judge(CELLS, runs)
    assert judged.answer == answer
    assert reason in judged.reason


def test_an_answer_stands_only_for_the_reference_that_gave_it():
    answers = [(COUNT.digest, "here", "not reproduced"), (COUNT.digest, "here", "reproduced")]
    assert standings([COUNT], {"c": "here"}, answers) == (Standing("c", "reproduced"),)
    assert standings([COUNT], {"c": "moved"}, answers) == (Standing("c", None),)
    changed = Claim("c", "count", "correct", 872, "s", of=899)
    assert standings([changed], {"c": "here"}, answers) == (Standing("c", None),)


@pytest.mark.parametrize(
    "answers, good, text",
    [
        (["reproduced"], True, "claims: reproduced"),
        (["reproduced", "reproduced"], True, "claims: all 2 reproduced"),
        (["reproduced", None], True, "claims: 1 of 2 reproduced; 1 not run"),
        (
            [None, "close"],
            False,
            "claims: none of 2 reproduced at this reference (0 not run, 1 close): oneaxis reproduce",
        ),
    ],
)
def test_the_health_line(answers, good, text):
    health = claims_health([Standing(str(place), answer) for place, answer in enumerate(answers)], "oneaxis reproduce")
    assert (health.good, health.text) == (good, text)
    assert claims_health([], "oneaxis reproduce") is None
