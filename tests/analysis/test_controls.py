"""What controls say, and what becomes of null results where the experiment could not see."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.analysis.study import plan, record

from oneaxis.analysis.comparison import compare, wanted_trials
from oneaxis.vocabulary import Control, Deviation, Difference, Policy, Trial


def change(axis, value):
    return Deviation(axis, "value", value, "0", (), "", Difference(()))


def study(seeds=5, extra=()):
    """The reference, a null axis, and the three controls; the repeat at the first seed."""
    made = plan([("a", "1")], seeds=range(seeds), extra=extra)
    controls = (Control("repeat"), Control("bite", change("lr", "9")), Control("placebo", change("log", "2")))
    trials = list(made.trials)
    for control in controls:
        for seed in [0] if control.change is None else range(seeds):
            trials.append(
                Trial(len(trials), control.name, "x", "y", seed, (), "", f"{control.kind}{seed}", control.kind)
            )
    return replace(made, trials=tuple(trials), controls=controls)


def judged(made, *, repeat=0.0, bite=0.0, placebo=0.0, margin=None, lost=(), metric="acc"):
    def value(trial):
        noise = random.Random(f"{trial.deviation} {trial.seed}").gauss(0, 0.01)
        own = random.Random(f"None {trial.seed}").gauss(0, 0.01)
        if trial.control == "repeat":
            return 0.5 + own + repeat
        shift = {"bite": bite, "placebo": placebo}.get(trial.control, 0.0)
        if trial.control == "placebo" and not placebo:
            return 0.5 + own  # the very same
        return 0.5 + noise + shift

    known = {
        trial.index: record(trial.index, "failed")
        if trial.control in lost
        else record(trial.index, **{metric: value(trial)})
        for trial in made.trials
    }
    found = compare(made, known, Policy(metric, margin=margin))
    return found, {check.text.partition(":")[0].split()[0]: check for check in found.health}


@pytest.mark.parametrize(
    "moves, kind, words, good",
    [
        ({}, "repeat", "repeat: the same bits", True),
        ({"repeat": 0.005}, "repeat", "repeat: acc is 0.005 apart at the same seed, 0.", False),
        ({"bite": -1.0}, "bite", "bite lr=9: registers (acc −0.99 [−1, −0.9", True),
        ({"bite": 0.0}, "bite", "bite lr=9: didn't register (acc ", False),
        ({"bite": 1.0}, "bite", "bite lr=9: didn't register (acc +1", False),
        ({}, "placebo", "placebo log=2: does nothing, bit for bit", True),
        ({"placebo": 1e-9}, "placebo", "placebo log=2: does nothing that can be seen (acc ", True),
        ({"placebo": -1.0}, "placebo", "placebo log=2: moves the metric (acc −1", False),
        ({"lost": {"bite"}}, "bite", "bite lr=9: failed, so it shows nothing", False),
    ],
)
def test_what_each_says_in_the_health_line(moves, kind, words, good):
    _, health = judged(study(), **moves)
    assert health[kind].text.startswith(words)
    assert health[kind].good is good


@pytest.mark.parametrize(
    "extra, bite, words", [((5, 6, 7, 8), -1.0, "registers (acc −1"), ((), -1.0, "one run each can't tell")]
)
def test_with_one_seed_it_takes_the_noise_band(extra, bite, words):
    _, health = judged(study(seeds=1, extra=extra), bite=bite)
    assert f"bite lr=9: {words}" in health["bite"].text


def test_a_null_result_needs_a_bite_that_registers():
    from oneaxis.vocabulary import Margin

    seeing, _ = judged(study(), bite=-1.0, margin=Margin(0.5))
    blind, _ = judged(study(), bite=0.0, margin=Margin(0.5))
    assert seeing.rows[0].verdict == "equivalent"
    assert blind.rows[0].verdict == "inconclusive"
    assert blind.rows[0].reason == "the experiment could not see: its bite didn't register"


def test_controls_are_no_rows_and_are_counted():
    found, health = judged(study(), bite=-1.0)
    assert [row.name for row in found.rows] == ["a=1"]
    assert health["all"].text == "all 21 trials finished"
    assert found.k == 1


def test_where_no_direction_is_known_any_move_registers():
    _, health = judged(study(), bite=1.0, metric="q")
    assert health["bite"].good


def test_an_adaptive_study_wants_its_controls_and_its_limit_counts_them():
    made = replace(study(seeds=7), looks=(3, 5, 7))
    kept = [each for each in made.trials if each.control is None or each.seed < 3]
    made = replace(made, trials=tuple(replace(each, index=index) for index, each in enumerate(kept)))
    wanted = wanted_trials(made, {}, Policy("acc"))
    assert sum(each.control is not None for each in wanted) == 7
    assert len(wanted) == 6 + 7
    limited, open_ = (replace(made, max_trials=most) for most in (6 + 7 + 3, 6 + 7 + 4))
    first = {each.index: record(each.index, acc=0.5 + 0.01 * each.seed * (each.deviation is None)) for each in wanted}
    assert len(wanted_trials(limited, first, Policy("acc"))) == 6 + 7
    assert len(wanted_trials(open_, first, Policy("acc"))) == 6 + 7 + 4
