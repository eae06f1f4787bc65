"""Count what findings are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from oneaxis.analysis.data_findings import ColumnFacts, Facts, Groups, PartFacts, Shared
from oneaxis.inspect.data import Array, Columns, Data, Part, columns, labels, row_names
from oneaxis.inspect.neighbours import Nearest
from oneaxis.inspect.rows import Keys, found_in, originals, row_keys
from oneaxis.inspect.shift import shifts

EXAMPLES = 8


def count(data: Data, nearest: Sequence[Nearest]) -> Facts:
    """All facts of a data set; the neighbours were searched before."""
    parts = dict(data.parts())
    seen = {name: columns(data, part) for name, part in parts.items()}
    keys = {name: row_keys(found) for name, found in seen.items()}
    named = {name: labels(data, part) for name, part in parts.items()}
    return Facts(
        parts=tuple(_part(name, part.rows, keys[name], named[name]) for name, part in parts.items()),
        columns=tuple(_columns(seen)),
        shared=tuple(
            _shared((one, other), parts[one], (keys[one], keys[other]), (named[one], named[other]))
            for one, other in (("validation", "train"), ("test", "train"), ("test", "validation"))
            if one in parts and other in parts
        ),
        neighbours=tuple(item.facts for item in nearest),
        shifts=shifts(data),
        groups=tuple(_groups(data)),
    )


def _part(name: str, rows: int, keys: Keys, named: Array | None) -> PartFacts:
    first = originals(keys)
    again = [number for number, original in enumerate(first) if original != number]
    if named is None:
        return PartFacts(name, rows, repeated=len(again))
    classes, counts = np.unique(named, return_counts=True)
    return PartFacts(
        name,
        rows,
        classes=dict(zip(map(str, classes), map(int, counts), strict=True)),
        repeated=len(again),
        contradicting=sum(bool(named[number] != named[first[number]]) for number in again),
    )


def _columns(seen: dict[str, Columns]) -> Iterator[ColumnFacts]:
    train = seen["train"]
    lacking = {part: (~np.isfinite(found.numbers)).sum(0) for part, found in seen.items()}
    low = {
        part: np.where(np.isnan(found.numbers), np.inf, found.numbers).min(0, initial=np.inf)
        for part, found in seen.items()
    }
    high = {
        part: np.where(np.isnan(found.numbers), -np.inf, found.numbers).max(0, initial=-np.inf)
        for part, found in seen.items()
    }
    for place, name in enumerate(train.names):
        yield ColumnFacts(
            name,
            missing={part: int(counts[place]) for part, counts in lacking.items() if counts[place]},
            constant=min(found[place] for found in low.values()) >= max(found[place] for found in high.values()),
            constant_in_train=bool(low["train"][place] >= high["train"][place]),
        )
    for name, texts in train.texts.items():
        everywhere = {value for found in seen.values() for value in np.unique(found.texts[name])} - {""}
        missing = {part: int(np.sum(found.texts[name] == "")) for part, found in seen.items()}
        yield ColumnFacts(
            name,
            missing={part: count for part, count in missing.items() if count},
            constant=len(everywhere) <= 1,
            constant_in_train=len(set(np.unique(texts)) - {""}) <= 1,
        )


def _shared(
    names: tuple[str, str], part: Part, keys: tuple[Keys, Keys], named: tuple[Array | None, Array | None]
) -> Shared:
    found = [(row, twin) for row, twin in enumerate(found_in(*keys)) if twin is not None]
    mine, theirs = named
    told = row_names(part)
    contradicting = 0
    if mine is not None and theirs is not None:
        contradicting = sum(bool(mine[row] != theirs[twin]) for row, twin in found)
    examples = tuple(str(told[row]) for row, _ in found[:EXAMPLES])
    return Shared(*names, len(found), part.rows, contradicting, examples)


def _groups(data: Data) -> Iterator[Groups]:
    if data.groups is None:
        return
    if data.groups not in data.train.metadata:
        raise ValueError(f"oneaxis.Data: groups={data.groups!r} is no metadata of the training part")
    known = set(map(str, data.train.metadata[data.groups]))
    for name, part in data.parts():
        if name != "train" and data.groups in part.metadata:
            here = set(map(str, part.metadata[data.groups]))
            yield Groups(data.groups, name, len(here & known), len(here))
