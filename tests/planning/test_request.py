"""The override list of each trial: texts and places are kept."""

import pytest
from tests.planning.asked import asked, axis

LR = axis("lr", "1", "2")
LINE = ("a=1", LR, "+b='x y'", "model=cnn")


@pytest.mark.parametrize(
    "line, settings, moved, expected",
    [
        (LINE, {}, (None, None, None), ["a=1", "+b='x y'", "model=cnn"]),
        (LINE, {}, (0, "2", None), ["a=1", "lr=2", "+b='x y'", "model=cnn"]),
        (LINE, {}, (0, "2", 5), ["a=1", "lr=2", "+b='x y'", "model=cnn", "seed=5"]),
        # the seed takes the place where a fixed seed stood, and its prefix
        (("seed=3", LR), {}, (0, "1", 5), ["seed=5", "lr=1"]),
        (("++seed=3", "a=1"), {}, (None, None, 5), ["++seed=5", "a=1"]),
        (("seed=3", "a=1"), {}, (None, None, None), ["seed=3", "a=1"]),
        (("data.split_seed=3",), {"seed_key": "data.split_seed"}, (None, None, 5), ["data.split_seed=5"]),
        # a fixed override of the axis's own key gives way, and lends its prefix
        (("lr=9", LR), {}, (0, "1", None), ["lr=1"]),
        ((LR, "lr=9"), {}, (0, "1", None), ["lr=1"]),
        (("+lr=9", LR), {}, (0, "1", None), ["+lr=1"]),
        (("++lr=9", LR), {}, (0, "1", None), ["++lr=1"]),
        (("~model", axis("model", "cnn")), {}, (0, "cnn", None), ["model=cnn"]),
        (("lr=9", axis("lr", "1", prefix="++")), {}, (0, "1", None), ["++lr=1"]),
        # two axes: only one of them moves
        ((LR, "a=1", axis("b", "1")), {}, (1, "1", None), ["a=1", "b=1"]),
        # an axis from a file comes after the command line, before the seed
        (("a=1",), {"file": (LR,)}, (0, "1", 4), ["a=1", "lr=1", "seed=4"]),
    ],
)
def test_a_trials_overrides(line, settings, moved, expected):
    request = asked(*line, **settings)
    axis_number, value, seed = moved
    swept = None if axis_number is None else request.axes[axis_number]
    assert list(request.overrides(swept, value, seed)) == expected


@pytest.mark.parametrize(
    "seeds, more, pinned",
    [(1, None, False), (1, 1, False), (2, None, True), ((0,), None, True), (1, 3, True), (1, (0, 1), True)],
)
def test_a_lone_seed_is_left_as_the_configuration_has_it(seeds, more, pinned):
    assert asked(seeds=seeds, reference_seeds=more).pinned is pinned
