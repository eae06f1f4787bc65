"""Features are learned from the training part, and say whether examples keep their shape."""

from dataclasses import replace

import numpy as np
import pytest

from oneaxis.tasks.datasets import load
from oneaxis.tasks.features import transform

CHOICES = ["none", "standard", "minmax", "pca"]


@pytest.fixture
def transformed(configure):
    def made(data, choice, *overrides):
        return transform(data, configure("reference", f"features={choice}", *overrides).features, seed=0)

    return made


@pytest.mark.parametrize("choice", CHOICES)
def test_only_the_training_part_is_learned_from(transformed, choice):
    data = load("wine", 0.25, 0)
    spoiled = replace(
        data,
        validation=replace(data.validation, x=data.validation.x * 1e6),
        test=replace(data.test, x=data.test.x - 1e6),
    )

    assert np.array_equal(transformed(data, choice).train.x, transformed(spoiled, choice).train.x)


@pytest.mark.parametrize("choice", CHOICES)
def test_every_part_goes_through_the_same_transformation(transformed, choice):
    data = load("wine", 0.25, 0)
    same = replace(data, validation=data.train, test=data.train)
    seen = transformed(same, choice)

    assert np.array_equal(seen.train.x, seen.validation.x)
    assert np.array_equal(seen.train.x, seen.test.x)


@pytest.mark.parametrize("choice, kept", [("none", True), ("standard", True), ("minmax", True), ("pca", False)])
def test_shape(transformed, choice, kept):
    seen = transformed(load("digits", 0.25, 0), choice)

    assert (seen.shape == (1, 8, 8)) is kept
    assert np.prod(seen.shape) == seen.test.x.shape[1]


def test_none_changes_nothing(transformed):
    data = load("digits", 0.25, 0)

    assert np.array_equal(transformed(data, "none").test.x, data.test.x)


def test_standard_gives_mean_0_and_variance_1(transformed):
    x = transformed(load("wine", 0.25, 0), "standard").train.x

    assert x.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert x.var(axis=0) == pytest.approx(1)


def test_minmax_gives_0_to_1(transformed):
    x = transformed(load("wine", 0.25, 0), "minmax").train.x

    assert x.min(axis=0) == pytest.approx(0)
    assert x.max(axis=0) == pytest.approx(1)


@pytest.mark.parametrize("components, columns", [("5", 5), ("0.95", 28), ("0.5", 4)])
def test_pca_components_are_a_count_or_a_share_of_variance(transformed, components, columns):
    seen = transformed(load("digits", 0.25, 0), "pca", f"features.n_components={components}")

    assert seen.shape == (columns,)


def test_no_validation_part_stays_none(transformed):
    assert transformed(load("wine", 0, 0), "standard").validation is None
