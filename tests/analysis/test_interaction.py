"""Winners that add up aren't accused, winners that don't are named."""

from __future__ import annotations

import random

import pytest
from scipy.stats import ttest_1samp

from oneaxis.analysis.interaction import in_words, interaction


def runs(effect, seeds, *, noise, name):
    draws = random.Random(f"{name} {noise}")
    return {seed: 0.5 + random.Random(seed).gauss(0, 0.05) + effect + draws.gauss(0, noise) for seed in seeds}


def measured(together, *, name="", n=8, noise=0.005):
    seeds = range(n)
    sides = {"r": 0.0, "a": 0.1, "b": 0.05, "c": together}
    return [runs(effect, seeds, noise=noise, name=f"{name}{side}") for side, effect in sides.items()]


def test_the_gap_is_the_one_sample_t_interval_of_c_minus_a_minus_b_plus_r():
    r, a, b, c = measured(0.12)
    found = interaction(r, [a, b], c, confidence=0.9)
    gaps = [c[seed] - a[seed] - b[seed] + r[seed] for seed in r]
    interval = ttest_1samp(gaps, 0).confidence_interval(0.9)
    assert found.gap.n == 8
    assert found.gap.mean == pytest.approx(sum(gaps) / 8)
    assert (found.gap.low, found.gap.high) == pytest.approx((interval.low, interval.high))


def test_three_winners_take_the_reference_twice():
    values = {0: 1.0, 1: 2.0}
    found = interaction(values, [values] * 3, {0: 5.0, 1: 7.0})
    assert found.gap.mean == pytest.approx(((5 - 3 + 2) + (7 - 6 + 4)) / 2)


def test_only_seeds_that_all_have_count_and_none_is_none():
    found = interaction({0: 1.0, 1: 1.0}, [{1: 2.0}], {0: 9.0, 1: 2.5})
    assert (found.gap.n, found.gap.mean) == (1, 0.5)
    assert "one seed can't tell" in in_words(found)
    assert interaction({0: 1.0}, [{1: 2.0}], {0: 9.0}) is None


def test_a_planted_interaction_is_named_and_which_way_it_goes():
    words = {
        direction: in_words(interaction(*_sides(0.10), direction=direction))
        for direction in ("maximize", "minimize", None)
    }
    assert words["maximize"].startswith("together a gain 0.0")
    assert "less than the sum of the gains: they interact" in words["maximize"]
    assert "more than the sum of the gains: they interact" in words["minimize"]
    assert "less than the sum: they interact" in words[None]


def test_additive_winners_are_accused_as_seldom_as_the_level_says():
    accused = sum(
        interaction(r, [a, b], c).found for r, a, b, c in (measured(0.15, name=f"{study} ") for study in range(400))
    )
    assert 8 <= accused <= 34  # 20 expected of 400; beyond 3.2 standard deviations on either side
    assert "no gap detected; up to ±0.0" in in_words(interaction(*_sides(0.15)))


def _sides(together):
    r, a, b, c = measured(together)
    return r, [a, b], c
