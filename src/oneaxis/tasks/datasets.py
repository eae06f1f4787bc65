"""The demo's data sets, and how each is split into train, validation and test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import train_test_split

from oneaxis.tasks.mnist1d import load_mnist1d

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """Examples of one part: row numbers in the source, features (rows, columns), class numbers (rows,)."""

    ids: Integers
    x: Floats
    y: Integers


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in its parts; `validation` is None where none was asked for.

    `shape` is that of one example, channels first: (columns,) for a table, (channels, time) for signals,
    (channels, height, width) for images. Parts hold it flat.
    """

    name: str
    shape: tuple[int, ...]
    classes: int
    train: Part
    validation: Part | None
    test: Part

    @property
    def held_out(self) -> Part:
        """What choices are made on: the validation part, or the test part where there is none."""
        return self.test if self.validation is None else self.validation


class _Source(NamedTuple):
    shape: tuple[int, ...]
    x: Floats
    y: Integers
    test: Integers  # row numbers; never moved by a seed


def load(name: str, validation: float, split_seed: int) -> Dataset:
    """Load a data set by name and draw its validation part.

    The test part is fixed. `validation` (0 up to 1) is the share of the other rows, drawn stratified with
    `split_seed`; 0 trains on all of them. Every part keeps the order of the source.

    Raises
    ------
    ValueError
        If the name is unknown, or the share leaves a part without some class.
    """
    if name not in _SOURCES:
        raise ValueError(f"data.name={name!r} is unknown; choose one of {', '.join(_SOURCES)}")
    if not 0 <= validation < 1:
        raise ValueError(f"data.validation={validation!r} must be a share, from 0 (none) to below 1")
    if not isinstance(split_seed, int) or split_seed < 0:
        raise ValueError(f"data.split_seed={split_seed!r} must be a whole number from 0")
    source = _SOURCES[name]()
    train = np.setdiff1d(np.arange(len(source.y)), source.test)
    held: Integers | None = None
    if validation > 0:
        try:
            train, held = _draw(train, source.y[train], validation, split_seed)
        except ValueError as error:
            raise ValueError(f"data.validation={validation} does not suit data={name}: {error}") from error
    return Dataset(
        name,
        source.shape,
        classes=len(np.unique(source.y)),
        train=_part(source, train),
        validation=None if held is None else _part(source, held),
        test=_part(source, source.test),
    )


def _part(source: _Source, ids: Integers) -> Part:
    return Part(ids, source.x[ids], source.y[ids])


def _draw(ids: Integers, labels: Integers, share: float, seed: int) -> tuple[Integers, Integers]:
    """Split row numbers in two, stratified, each in ascending order."""
    kept, drawn = train_test_split(ids, test_size=share, stratify=labels, random_state=seed)
    return np.sort(kept), np.sort(drawn)


def _digits() -> _Source:
    bunch = load_digits()
    # scikit-learn's gallery trains on the first half (898 rows) and tests on the second, without shuffling.
    return _Source((1, 8, 8), bunch.data, bunch.target, np.arange(len(bunch.target) // 2, len(bunch.target)))


def _mnist1d() -> _Source:
    arrays = load_mnist1d()
    x = np.concatenate([arrays["x"], arrays["x_test"]]).astype("float64")
    y = np.concatenate([arrays["y"], arrays["y_test"]])
    return _Source((1, 40), x, y, np.arange(4000, 5000))


def _table(loader: Callable[..., tuple[Floats, Integers]]) -> _Source:
    """Take a third for testing: these have no test part of their own, and wine is sorted by class."""
    x, y = loader(return_X_y=True)
    y = y.astype("int64")
    return _Source(x.shape[1:], x, y, _draw(np.arange(len(y)), y, 1 / 3, seed=0)[1])


_SOURCES: dict[str, Callable[[], _Source]] = {
    "digits": _digits,
    "breast_cancer": lambda: _table(load_breast_cancer),
    "wine": lambda: _table(load_wine),
    "mnist1d": _mnist1d,
}
