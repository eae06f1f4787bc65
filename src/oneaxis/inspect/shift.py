"""How far a part's distributions are from the training part's, one feature at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, kolmogorov

from oneaxis.analysis.data_findings import Shift
from oneaxis.inspect.data import Array, Columns, Data, Part, columns, labels

MOST_ROWS = 20_000  # of a part that are compared
MOST_NAMES = 200  # more different texts than that are no categories
FEWEST = 8  # values on each side below which no test is made

Kind = Literal["feature", "labels", "metadata"]


def shifts(data: Data) -> tuple[Shift, ...]:
    """Validation and test against train: every feature, the labels, every metadata but the groups."""
    generator = np.random.default_rng(0)
    train = _Sample(data, data.train, generator)
    others = [(name, _Sample(data, part, generator)) for name, part in data.parts() if name != "train"]
    return tuple(shift for name, part in others for shift in _against(data, train, part, name))


class _Sample:
    """A part's columns, cut to `MOST_ROWS` rows."""

    def __init__(self, data: Data, part: Part, generator: np.random.Generator) -> None:
        rows: NDArray[np.int64] | slice = slice(None)
        if part.rows > MOST_ROWS:
            rows = np.sort(generator.choice(part.rows, MOST_ROWS, replace=False))
        whole = columns(data, part)
        self.columns = Columns(
            whole.names, whole.numbers[rows], {name: texts[rows] for name, texts in whole.texts.items()}
        )
        named = labels(data, part)
        self.labels = None if named is None else named[rows]
        self.metadata = {name: np.asarray(values)[rows] for name, values in part.metadata.items()}


def _against(data: Data, train: _Sample, other: _Sample, part: str) -> Iterator[Shift]:
    for place, name in enumerate(train.columns.names):
        pair = train.columns.numbers[:, place], other.columns.numbers[:, place]
        yield from _tested(name, part, "feature", ks(*pair))
    for name in train.columns.texts:
        yield from _tested(name, part, "feature", total_variation(train.columns.texts[name], other.columns.texts[name]))
    if train.labels is not None and other.labels is not None:
        yield from _tested("labels", part, "labels", total_variation(train.labels, other.labels))
    for name in train.metadata:
        if name == data.groups or name not in other.metadata:
            continue
        one, two = train.metadata[name], other.metadata[name]
        found = ks(one.astype("float64"), two.astype("float64")) if _numbers(one) else total_variation(one, two)
        yield from _tested(name, part, "metadata", found)


def ks(one: Array, other: Array) -> tuple[float, float] | None:
    """Kolmogorov-Smirnov's D of two samples and its asymptotic p.

    Missing values are left out; with ties the p is too large rather than too small. None below 8 values a side.
    Stephens 1970, doi:10.1111/j.2517-6161.1970.tb00821.x.
    """
    first, second = np.sort(one[~np.isnan(one)]), np.sort(other[~np.isnan(other)])
    if min(len(first), len(second)) < FEWEST:
        return None
    at = np.concatenate([first, second])
    gaps = np.searchsorted(first, at, "right") / len(first) - np.searchsorted(second, at, "right") / len(second)
    distance = float(np.abs(gaps).max())
    size = np.sqrt(len(first) * len(second) / (len(first) + len(second)))
    return distance, float(kolmogorov((size + 0.12 + 0.11 / size) * distance))


def total_variation(one: Array, other: Array) -> tuple[float, float] | None:
    """Half the summed differences of the shares of each name, and Pearson's chi-squared p for homogeneity."""
    names, places = np.unique(np.concatenate([one.astype("U"), other.astype("U")]), return_inverse=True)
    if min(len(one), len(other)) < FEWEST or not 1 < len(names) <= MOST_NAMES:
        return None
    counts = np.stack(
        [np.bincount(places[: len(one)], minlength=len(names)), np.bincount(places[len(one) :], minlength=len(names))]
    )
    shares = counts / counts.sum(1, keepdims=True)
    expected = counts.sum(1, keepdims=True) * counts.sum(0) / counts.sum()
    statistic = ((counts - expected) ** 2 / expected).sum()
    return float(np.abs(shares[0] - shares[1]).sum() / 2), float(chdtrc(len(names) - 1, statistic))


def _tested(name: str, part: str, kind: Kind, found: tuple[float, float] | None) -> Iterator[Shift]:
    if found is not None:
        yield Shift(name, part, kind, *found)


def _numbers(values: Array) -> bool:
    return values.dtype.kind in "iuf"
