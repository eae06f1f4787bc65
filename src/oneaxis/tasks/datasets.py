"""The demo's data sets, and how each is split into train, validation and test."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.model_selection import train_test_split

from oneaxis.tasks.mnist1d import load_mnist1d

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Targets = NDArray[Any]  # class numbers, or what a regression is to predict

REPAIRS = ("none", "drop_duplicates", "drop_shared", "drop_missing")


@dataclass(frozen=True, eq=False)
class Part:
    """Examples of one part: row numbers in the source, features (rows, columns), targets (rows,)."""

    ids: Integers
    x: Floats
    y: Targets


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in its parts; `validation` is None where none was asked for, `classes` where the target is a number.

    `shape` is that of one example, channels first: (columns,) for a table, (channels, time) for signals,
    (channels, height, width) for images. Parts hold it flat.
    """

    name: str
    shape: tuple[int, ...]
    classes: int | None
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
    y: Targets
    test: Integers  # row numbers; never moved by a seed

    @property
    def numeric(self) -> bool:
        """Whether the target is a number and no class."""
        return self.y.dtype.kind == "f"


def load(name: str, validation: float, split_seed: int, test: float | None = None, repair: str = "none") -> Dataset:
    """Load a data set by name, draw its validation part, and repair its training part.

    `test` is the share of rows to test on, by default the data set's own; no seed moves it. `validation` (0 up to
    1) is the share of the other rows, drawn with `split_seed`, stratified by class; 0 trains on all of them. Every
    part keeps the order of the source. `repair` leaves rows out of the training part, and of no other.

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
    share = _SHARES[name] if test is None else test
    if not 0 < share < 1:
        raise ValueError(f"data.test={test!r} must be a share, between 0 and 1")
    source = _SOURCES[name](share)
    train = np.setdiff1d(np.arange(len(source.y)), source.test)
    held: Integers | None = None
    if validation > 0:
        try:
            train, held = _draw(train, None if source.numeric else source.y[train], validation, split_seed)
        except ValueError as error:
            raise ValueError(f"data.validation={validation} does not suit data={name}: {error}") from error
    return Dataset(
        name,
        source.shape,
        classes=None if source.numeric else len(np.unique(source.y)),
        train=_repaired(
            _part(source, train), [_part(source, ids) for ids in (held, source.test) if ids is not None], repair
        ),
        validation=None if held is None else _part(source, held),
        test=_part(source, source.test),
    )


def _part(source: _Source, ids: Integers) -> Part:
    return Part(ids, source.x[ids], source.y[ids])


def _draw(ids: Integers, labels: Targets | None, share: float, seed: int) -> tuple[Integers, Integers]:
    """Split row numbers in two, stratified by the labels, each in ascending order."""
    kept, drawn = train_test_split(ids, test_size=share, stratify=labels, random_state=seed)
    return np.sort(kept), np.sort(drawn)


def _repaired(train: Part, others: Sequence[Part], repair: str) -> Part:
    """Leave rows out of the training part: repeated ones, those that are in another part too, those with gaps."""
    if repair == "none":
        return train
    if repair == "drop_duplicates":
        first: dict[bytes, int] = {}
        keep = [first.setdefault(key, number) == number for number, key in enumerate(_keys(train))]
    elif repair == "drop_shared":
        elsewhere = {key for part in others for key in _keys(part)}
        keep = [key not in elsewhere for key in _keys(train)]
    elif repair == "drop_missing":
        keep = [bool(np.isfinite(row).all()) for row in train.x]
    else:
        raise ValueError(f"data.repair={repair!r} is unknown; choose one of {', '.join(REPAIRS)}")
    kept = np.asarray(keep, bool)
    return Part(train.ids[kept], train.x[kept], train.y[kept])


def _keys(part: Part) -> list[bytes]:
    return [row.tobytes() for row in part.x]


def _digits(test: float) -> _Source:
    bunch = load_digits()
    rows = len(bunch.target)
    # scikit-learn's gallery trains on the first half (898 rows) and tests on the second, without shuffling.
    return _Source((1, 8, 8), bunch.data, bunch.target, np.arange(rows - math.ceil(test * rows), rows))


def _mnist1d(test: float) -> _Source:
    arrays = load_mnist1d()
    x = np.concatenate([arrays["x"], arrays["x_test"]]).astype("float64")
    y = np.concatenate([arrays["y"], arrays["y_test"]])
    # The authors' 4000 rows to train on come first.
    return _Source((1, 40), x, y, np.arange(len(y) - math.ceil(test * len(y)), len(y)))


def _diabetes(test: float) -> _Source:
    x, y = load_diabetes(return_X_y=True)
    # scikit-learn's gallery tests on the last 20 rows.
    return _Source(x.shape[1:], x, y, np.arange(len(y) - math.ceil(test * len(y)), len(y)))


def _table(loader: Callable[..., tuple[Floats, Integers]], test: float) -> _Source:
    """Draw the test part: these have none of their own, and wine is sorted by class."""
    x, y = loader(return_X_y=True)
    y = y.astype("int64")
    return _Source(x.shape[1:], x, y, _draw(np.arange(len(y)), y, test, seed=0)[1])


_SOURCES: dict[str, Callable[[float], _Source]] = {
    "digits": _digits,
    "breast_cancer": lambda test: _table(load_breast_cancer, test),
    "wine": lambda test: _table(load_wine, test),
    "mnist1d": _mnist1d,
    "diabetes": _diabetes,
}
_SHARES = {"digits": 0.5, "breast_cancer": 1 / 3, "wine": 1 / 3, "mnist1d": 0.2, "diabetes": 20 / 442}
