"""A number to predict: the gallery's figures, metrics, and which models suit."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from oneaxis.tasks.datasets import load
from oneaxis.tasks.features import OneColumn


def test_the_gallery_to_the_last_digit(trial):
    """scikit-learn 1.3's gallery, "Linear Regression Example": mean squared error 2548.07, R2 0.47."""
    ran = trial("diabetes", "data.validation=0")

    assert f"{ran.metrics['test_mse']:.2f}" == "2548.07"
    assert f"{ran.metrics['test_r2']:.2f}" == "0.47"
    assert ran.ids.tolist() == list(range(422, 442))
    assert np.mean((ran.truth - ran.predicted) ** 2) == pytest.approx(ran.metrics["test_mse"])


def test_metrics_of_each_part(run):
    parts = ("val", "test", "train")

    assert list(run("diabetes")) == [f"{part}_{name}" for part in parts for name in ("mse", "r2")]
    assert "val_mse" not in run("diabetes", "data.validation=0")


def test_more_columns_fit_better_than_one_and_one_better_than_none(run):
    none, one, ten = (run("diabetes", *more)["val_mse"] for more in (["model=mean"], [], ["features=none"]))

    assert ten < one < none


@pytest.mark.parametrize("override", ["model=ridge", "features=standard", "features.column=8", "data.split_seed=1"])
def test_a_change_matters(run, override):
    assert run("diabetes") != run("diabetes", override)


def test_the_validation_part_is_drawn_from_all_but_the_last_20():
    data = load("diabetes", 0.25, 3)
    _, target = load_diabetes(return_X_y=True)

    assert data.classes is None
    assert len(data.validation.ids) == 106
    assert sorted([*data.train.ids, *data.validation.ids]) == list(range(422))
    assert np.array_equal(data.train.y, target[data.train.ids])


@pytest.mark.parametrize(
    "reference, override, told",
    [
        ("diabetes", "model=svc", "model=svc tells classes apart, but data=diabetes has a number to predict; choose"),
        ("diabetes", "model=mlp", "model=mlp tells classes apart, but data=diabetes has a number to predict; choose"),
        ("reference", "model=ols", "model=ols predicts a number, but data=digits has classes; choose model=svc"),
        ("diabetes", "features.column=10", "features.column=10 must be a column's number, 0 to 9"),
    ],
)
def test_what_does_not_suit_is_refused(run, reference, override, told):
    if "mlp" in override:
        pytest.importorskip("torch")
    with pytest.raises(ValueError, match=told):
        run(reference, override)


def test_one_column_is_that_column():
    x = np.arange(12.0).reshape(3, 4)

    assert OneColumn(2).fit(x).transform(x).tolist() == [[2.0], [6.0], [10.0]]
