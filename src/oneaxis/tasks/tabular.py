"""scikit-learn's classifiers and regressors, behind the interface that networks share."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from sklearn.metrics import log_loss

import oneaxis
from oneaxis.tasks.datasets import Floats, Part, Targets

_POINTS = 30


class TabularModel:
    """A scikit-learn model that logs a learning curve where it has stages (boosting)."""

    def __init__(self, estimator: Any) -> None:
        self._estimator = estimator

    def fit(self, train: Part, validation: Part | None) -> None:
        """Train; `validation` is only watched."""
        self._estimator.fit(train.x, train.y)
        if hasattr(self._estimator, "staged_predict_proba"):
            self._log_stages(train, validation)

    def predict(self, x: Floats) -> Targets:
        """Return the class numbers, or the numbers themselves (rows,)."""
        return np.asarray(self._estimator.predict(x))

    def probabilities(self, x: Floats) -> Floats | None:
        """Return (rows, classes), or None for a model that gives none, such as SVC."""
        if not hasattr(self._estimator, "predict_proba"):
            return None
        return np.asarray(self._estimator.predict_proba(x))

    def _log_stages(self, train: Part, validation: Part | None) -> None:
        every = max(1, self._estimator.n_iter_ // _POINTS)
        on_train = self._estimator.staged_predict_proba(train.x)
        held_out = itertools.repeat(None) if validation is None else self._estimator.staged_predict(validation.x)
        for stage, (probabilities, predicted) in enumerate(zip(on_train, held_out, strict=False), start=1):
            if stage % every and stage != self._estimator.n_iter_:
                continue
            held = {}
            if validation is not None:
                held["val_accuracy"] = float(np.mean(predicted == validation.y))
            loss = log_loss(train.y, probabilities, labels=self._estimator.classes_)
            oneaxis.log(stage, train_loss=loss, **held)
