"""One trial: load, train, evaluate; a configuration in, metrics out."""

from __future__ import annotations

import logging
from typing import Any, cast

import numpy as np
from omegaconf import OmegaConf
from sklearn.metrics import log_loss, mean_squared_error, r2_score

import oneaxis
from oneaxis.tasks import datasets, estimator, features
from oneaxis.tasks.choice import Settings
from oneaxis.tasks.datasets import Dataset, Part, Targets
from oneaxis.tasks.estimator import Model
from oneaxis.tasks.threads import one_thread

_log = logging.getLogger(__name__)


def run(cfg: Any) -> dict[str, float]:
    """Train the chosen model on the chosen data and return its metrics.

    Accuracies are shares of rows, `test_correct` is a count. `val_accuracy` and `val_loss` are missing where
    `data.validation` is 0, and `val_loss` (log loss; a probability of 0 counts as 2.2e-16) for a model that
    gives no probabilities. Where the data has a number to predict, each part has `mse` (mean squared error) and `r2`
    (coefficient of determination) instead. `cfg.seed` drives training only, `cfg.data.split_seed` the split only.
    """
    settings = cast("Settings", OmegaConf.to_container(cfg, resolve=True)) if OmegaConf.is_config(cfg) else cfg
    with oneaxis.phase("load"):
        loaded = datasets.load(**settings["data"])
        _fingerprint(loaded)
        data = features.transform(loaded, settings["features"], settings["seed"])
        model = estimator.build(settings, data, loaded)
    with one_thread():
        with oneaxis.phase("train"):
            model.fit(data.train, data.validation)
        with oneaxis.phase("evaluate"):
            metrics = _told_apart(model, data) if data.classes is not None else _fitted(model, data)
    told = ", ".join(f"{name} {value:.6g}" for name, value in metrics.items())
    _log.debug("%s on %s: %s", settings["model"]["name"], data.name, told)
    return metrics


def _told_apart(model: Model, data: Dataset) -> dict[str, float]:
    assert data.classes is not None
    predicted = model.predict(data.held_out.x)
    oneaxis.predictions(data.held_out.ids, data.held_out.y, predicted)
    metrics = {}
    if data.validation is not None:
        metrics["val_accuracy"] = _accuracy(predicted, data.validation)
        probabilities = model.probabilities(data.validation.x)
        if probabilities is not None:
            metrics["val_loss"] = float(log_loss(data.validation.y, probabilities, labels=range(data.classes)))
    on_test = predicted if data.validation is None else model.predict(data.test.x)
    return metrics | {
        "test_accuracy": _accuracy(on_test, data.test),
        "test_correct": float(np.sum(on_test == data.test.y)),
        "train_accuracy": _accuracy(model.predict(data.train.x), data.train),
    }


def _fitted(model: Model, data: Dataset) -> dict[str, float]:
    held_out = model.predict(data.held_out.x)
    oneaxis.predictions(data.held_out.ids, data.held_out.y, held_out)
    parts = {"val": data.validation, "test": data.test, "train": data.train}
    metrics = {}
    for name, part in parts.items():
        if part is not None:
            predicted = held_out if part is data.held_out else model.predict(part.x)
            metrics[f"{name}_mse"] = float(mean_squared_error(part.y, predicted))
            metrics[f"{name}_r2"] = float(r2_score(part.y, predicted))
    return metrics


def _accuracy(predicted: Targets, part: Part) -> float:
    return float(np.mean(predicted == part.y))


def _fingerprint(data: Dataset) -> None:
    """Record the data as loaded: a deviation in `features` is no change of data."""
    held, test = data.held_out, data.test
    oneaxis.fingerprint_data(train=(data.train.x, data.train.y), evaluation=(held.x, held.y), test=(test.x, test.y))
