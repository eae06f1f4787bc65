"""Controls in the plan: proved like any change, with trials of their own, and no part of what is asked."""

from __future__ import annotations

import pytest
from tests.planning.asked import asked, axis
from tests.planning.test_plan import WORLD

from oneaxis.analysis.pairing import pairing, planned_comparisons
from oneaxis.errors import BadOverride, NotOneAxis
from oneaxis.planning.plan import make_plan

ALL = (("repeat", None), ("bite", axis("lr", "1000")), ("placebo", axis("name", "y")))


def planned(*line, controls=ALL, **settings):
    return make_plan(asked(*(line or (axis("steps", "20"),)), controls=controls, **settings), WORLD)


def seeds_of(plan):
    found = {}
    for trial in plan.trials:
        if trial.control:
            found.setdefault(trial.deviation, []).append(trial.seed)
    return found


@pytest.mark.parametrize(
    "settings, seeds",
    [
        ({"seeds": 3}, [0, 1, 2]),
        ({"seeds": 15, "looks": (3, 5, 15)}, [0, 1, 2]),
        ({"seeds": 5, "looks": (1, 5)}, [0]),
        ({"seeds": 1, "reference_seeds": 5}, [0]),
    ],
)
def test_the_repeat_has_the_first_seed_the_others_those_of_the_first_look(settings, seeds):
    assert seeds_of(planned(**settings)) == {"repeat": [0], "bite lr=1000": seeds, "placebo name=y": seeds}


def test_they_are_proved_and_carry_the_role_of_a_control():
    plan = planned(seeds=2)
    reference, *_ = plan.trials
    [repeat] = [trial for trial in plan.trials if trial.control == "repeat"]
    assert (repeat.digest, repeat.overrides) == (reference.digest, reference.overrides)
    assert repeat.folder != reference.folder
    assert {trial.role for trial in plan.trials if trial.control} == {"control"}
    assert [control.change.difference.own[0].key for control in plan.controls if control.change] == ["lr", "name"]


def test_they_are_no_deviations_and_widen_no_interval():
    plan, plain = planned(seeds=3), planned(seeds=3, controls=())
    assert plan.deviations == plain.deviations
    assert planned_comparisons(plan) == planned_comparisons(plain) == 1
    assert pairing(plan) == "paired"


def test_a_control_may_be_an_axis_as_well():
    plan = planned(axis("lr", "1000"), controls=(("bite", axis("lr", "1000")),))
    assert [trial.deviation for trial in plan.trials] == [None, "lr=1000", "bite lr=1000"]


def test_one_that_changes_nothing_is_refused():
    with pytest.raises(BadOverride, match=r"`placebo: lr=0\.1` equals the reference"):
        planned(controls=(("placebo", axis("lr", "0.1")),))


def test_one_that_changes_two_things_is_refused():
    from tests.study.examples import WORLD as DRAGS

    with pytest.raises(NotOneAxis, match="also changes `data`"):
        make_plan(asked(axis("lr", "0.5"), controls=(("bite", axis("model", "b")),)), DRAGS)


def test_a_limit_counts_them():
    assert len(planned(seeds=2, max_trials=9).trials) == 9
    with pytest.raises(BadOverride, match="it has 9 trials"):
        planned(seeds=2, max_trials=8)
