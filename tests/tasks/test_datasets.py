"""What is in each part of each data set, and what moves it."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from oneaxis.tasks import datasets
from oneaxis.tasks.datasets import load

NAMES = ["digits", "breast_cancer", "wine", "mnist1d"]


@pytest.fixture(autouse=True)
def _data(request):
    if "mnist1d" in request.node.name:
        pytest.importorskip("mnist1d")


@pytest.mark.parametrize(
    "name, shape, classes, development, test",
    [
        ("digits", (1, 8, 8), 10, 898, 899),
        ("breast_cancer", (30,), 2, 379, 190),
        ("wine", (13,), 3, 118, 60),
        ("mnist1d", (1, 40), 10, 4000, 1000),
    ],
)
def test_size_and_shape(name, shape, classes, development, test):
    data = load(name, validation=0, split_seed=0)

    assert (data.shape, data.classes) == (shape, classes)
    assert data.validation is None
    assert data.held_out is data.test
    assert data.train.x.shape == (development, np.prod(shape))
    assert data.test.x.shape == (test, np.prod(shape))


@pytest.mark.parametrize("validation", [0.1, 0.25, 0.5])
@pytest.mark.parametrize("name", NAMES)
def test_parts_are_disjoint_complete_in_order_and_stratified(name, validation):
    whole = load(name, 0, 0)
    data = load(name, validation, split_seed=3)
    parts = [data.train, data.validation, data.test]
    ids = np.concatenate([part.ids for part in parts])

    assert np.array_equal(np.sort(ids), np.arange(len(whole.train.y) + len(whole.test.y)))
    assert all(np.all(np.diff(part.ids) > 0) for part in parts)
    expected = np.bincount(whole.train.y) * validation
    assert np.all(np.abs(np.bincount(data.validation.y) - expected) <= 1)


@pytest.mark.parametrize("name, loader", [("digits", load_digits), ("breast_cancer", load_breast_cancer),
                                              ("wine", load_wine)])  # fmt: skip
def test_ids_are_row_numbers_of_the_source(name, loader):
    source = loader()
    data = load(name, 0.25, split_seed=1)

    for part in (data.train, data.validation, data.test):
        assert np.array_equal(part.x, source.data[part.ids])
        assert np.array_equal(part.y, source.target[part.ids])


@pytest.mark.parametrize("name", NAMES)
def test_split_seed_draws_the_validation_part_and_leaves_the_test_part(name):
    first, again, other = (load(name, 0.25, seed) for seed in (0, 0, 1))

    assert np.array_equal(first.validation.ids, again.validation.ids)
    assert not np.array_equal(first.validation.ids, other.validation.ids)
    assert np.array_equal(first.test.ids, other.test.ids)
    assert np.array_equal(first.test.ids, load(name, 0, 5).test.ids)


@pytest.mark.parametrize("name, first, last", [("digits", 898, 1796), ("mnist1d", 4000, 4999)])
def test_published_test_parts_are_the_last_rows(name, first, last):
    assert np.array_equal(load(name, 0.25, 0).test.ids, np.arange(first, last + 1))


@pytest.mark.parametrize("name", ["breast_cancer", "wine"])
def test_drawn_test_parts_hold_every_class_in_proportion(name):
    data = load(name, 0, 0)
    share = np.bincount(data.test.y) / (np.bincount(data.test.y) + np.bincount(data.train.y))

    assert share == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize(
    "settings, message",
    [
        (("iris", 0.25, 0), r"data\.name='iris'.*digits, breast_cancer, wine, mnist1d"),
        (("digits", 1, 0), r"data\.validation=1 must be a share"),
        (("digits", -0.1, 0), r"data\.validation=-0\.1 must be a share"),
        (("wine", 0.001, 0), r"data\.validation=0\.001 does not suit data=wine.*classes"),
        (("digits", 0.25, None), r"data\.split_seed=None must be a whole number"),
        (("digits", 0.25, -1), r"data\.split_seed=-1 must be a whole number"),
    ],
)
def test_refusals_name_the_value_and_what_is_expected(settings, message):
    with pytest.raises(ValueError, match=message):
        load(*settings)


def test_repair_changes_the_training_part_alone(monkeypatch):
    whole = datasets.load("wine", 0.25, 0)

    def planted(test):
        x, y = np.zeros((8, 2)), np.array([0, 1] * 4)
        x[:, 0] = [1, 2, 1, 3, 4, np.nan, 4, 5]
        return datasets._Source((2,), x, y, np.array([6, 7]))

    monkeypatch.setitem(datasets._SOURCES, "wine", planted)
    kept = {repair: datasets.load("wine", 0, 0, repair=repair) for repair in datasets.REPAIRS}
    assert {repair: list(data.train.ids) for repair, data in kept.items()} == {
        "none": [0, 1, 2, 3, 4, 5],
        "drop_duplicates": [0, 1, 3, 4, 5],
        "drop_shared": [0, 1, 2, 3, 5],
        "drop_missing": [0, 1, 2, 3, 4],
    }
    assert {tuple(data.test.ids) for data in kept.values()} == {(6, 7)}
    assert len(whole.train.y) == 88
    with pytest.raises(ValueError, match=r"data.repair='mend' is unknown; choose one of none"):
        datasets.load("wine", 0, 0, repair="mend")
