"""The nearest rows of another part: what is nearly the same without being equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oneaxis.analysis.data_findings import Neighbours
from oneaxis.inspect.data import Columns, Data, columns
from oneaxis.inspect.rows import Keys, found_in, row_keys

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_QUERIES = 1000
MOST_AMONG = 20_000
WITHIN = 500  # rows of the training part whose own nearest neighbour says what is usual
BUDGET = 2e10  # multiplications
FEWEST_COLUMNS = 3  # in one or two dimensions, rows lie close by chance
ONE_IN = 1e-6  # rows that would lie within the limit by chance, were they spread evenly
CHUNK = 256
CLOSEST = 6


@dataclass(frozen=True, eq=False)
class Nearest:
    """What was counted, the distances behind it, and the closest pairs: (row of the part, row of `other`, distance).

    `within` are the distances of training rows to their nearest training row.
    """

    facts: Neighbours
    distances: Floats
    within: Floats
    pairs: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, eq=False)
class _Base:
    """The training rows that others are looked up among, scaled, with their row numbers."""

    x: Floats
    rows: Places
    complete: bool
    centre: Floats
    unit: Floats

    def scaled(self, numbers: Floats) -> Floats:
        return np.nan_to_num((numbers - self.centre) / self.unit, posinf=0.0, neginf=0.0)


def nearest(data: Data) -> tuple[Nearest, ...]:
    """Each row of validation and test beside its nearest training row, equal rows apart.

    Distances are Euclidean: of pixels and time steps as they are, of a table's columns in units of the training
    part's standard deviation; a missing value counts as the mean, text not at all. Where all would take too
    long, rows are drawn from a fixed seed.
    """
    train = columns(data, data.train)
    width = train.numbers.shape[1]
    others = [(name, columns(data, part)) for name, part in data.parts() if name != "train"]
    if width < FEWEST_COLUMNS or len(train.numbers) < 2 or not others:  # noqa: PLR2004 - a neighbour needs two
        return ()
    generator = np.random.default_rng(0)
    base = _base(data, train, generator)
    most = int(min(MOST_QUERIES, max(50, BUDGET / (len(base.x) * width))))
    own = _drawn(len(base.x), min(WITHIN, most), generator)
    within = _search(base.x[own], base.x, own)[1]
    keys = row_keys(train)
    return tuple(_beside(name, part, base, keys, within, most, generator) for name, part in others)


def _base(data: Data, train: Columns, generator: np.random.Generator) -> _Base:
    rows = _drawn(len(train.numbers), MOST_AMONG, generator)
    finite = np.where(np.isfinite(train.numbers), train.numbers, np.nan)
    known = np.isfinite(finite).any(axis=0)
    width = finite.shape[1]
    centre, unit = np.zeros(width), np.ones(width)
    centre[known] = np.nanmean(finite[:, known], axis=0)
    if data.kind == "table":
        deviation = np.nanstd(finite[:, known], axis=0)
        unit[known] = np.where(deviation > 0, deviation, 1.0)
    base = _Base(np.empty((0, width)), rows, len(rows) == len(train.numbers), centre, unit)
    return _Base(base.scaled(train.numbers[rows]), rows, base.complete, centre, unit)


def _beside(  # noqa: PLR0917 - one step of `nearest`
    name: str,
    part: Columns,
    base: _Base,
    keys: Keys,
    within: Floats,
    most: int,
    generator: np.random.Generator,
) -> Nearest:
    apart = np.flatnonzero([found is None for found in found_in(row_keys(part), keys)])
    asked = apart[_drawn(len(apart), most, generator)]
    place, distances = _search(base.scaled(part.numbers[asked]), base.x)
    usual = float(np.median(within))
    limit = usual * min(0.1, ONE_IN ** (1 / part.numbers.shape[1]))
    closest = np.argsort(distances, kind="stable")[:CLOSEST]
    facts = Neighbours(
        part=name,
        other="train",
        checked=len(asked),
        among=len(base.x),
        least=float(distances.min(initial=np.inf)),
        median=float(np.median(distances)) if len(distances) else float("nan"),
        usual=usual,
        limit=limit,
        near=int(np.sum(distances < limit)),
        complete=base.complete and len(asked) == len(apart),
    )
    pairs = tuple((int(asked[i]), int(base.rows[place[i]]), float(distances[i])) for i in closest)
    return Nearest(facts, distances, within, pairs)


def _search(queries: Floats, base: Floats, own: Places | None = None) -> tuple[Places, Floats]:
    """The nearest row of `base` for each query, and its distance; `own` are the queries' places in it, left out."""
    narrow = base.astype("float32")
    squares = (narrow**2).sum(1)
    found = np.empty(len(queries), "int64")
    for start in range(0, len(queries), CHUNK):
        chunk = queries[start : start + CHUNK].astype("float32")
        # |a - b|² less |a|², which is the same for every b.
        distance = squares - 2 * (chunk @ narrow.T)
        if own is not None:
            distance[np.arange(len(chunk)), own[start : start + CHUNK]] = np.inf
        found[start : start + CHUNK] = distance.argmin(1)
    # The short form loses small differences to rounding: the distance itself is taken anew.
    return found, np.sqrt(((queries - base[found]) ** 2).sum(1))


def _drawn(rows: int, most: int, generator: np.random.Generator) -> Places:
    return np.arange(rows) if rows <= most else np.sort(generator.choice(rows, most, replace=False))
