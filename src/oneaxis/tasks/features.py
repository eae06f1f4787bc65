"""What is done to the features before a model sees them; learned from the training part only."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from oneaxis.tasks.choice import Settings, make
from oneaxis.tasks.datasets import Dataset, Floats, Part


class LargestToOne:
    """Divides all features by the largest value of the training part, as scikit-learn's digits exercise does."""

    def fit(self, x: Floats) -> Self:
        self._largest = float(x.max())
        return self

    def transform(self, x: Floats) -> Floats:
        return x / self._largest


class OneColumn:
    """Keeps one column, by its number from 0."""

    def __init__(self, column: int) -> None:
        self._column = column

    def fit(self, x: Floats) -> Self:
        if not 0 <= self._column < x.shape[1]:
            raise ValueError(f"features.column={self._column} must be a column's number, 0 to {x.shape[1] - 1}")
        return self

    def transform(self, x: Floats) -> Floats:
        return x[:, [self._column]]


def transform(data: Dataset, features: Settings, seed: int) -> Dataset:
    """Fit the chosen transformer on the training part and apply it to every part.

    Where the choice doesn't keep the shape (`keeps_shape: false`), the result is a table.
    """
    fitted = make("features", features, seed=seed).fit(data.train.x)

    def seen(part: Part) -> Part:
        return replace(part, x=fitted.transform(part.x))

    train = seen(data.train)
    return replace(
        data,
        shape=data.shape if features["keeps_shape"] else train.x.shape[1:],
        train=train,
        validation=None if data.validation is None else seen(data.validation),
        test=seen(data.test),
    )
