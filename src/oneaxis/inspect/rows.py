"""Rows compared whole: which are repeated, which parts share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from oneaxis.inspect.data import Columns

Keys = Sequence[bytes]


def row_keys(columns: Columns) -> Keys:
    """16 bytes for each row, equal for equal rows only (BLAKE2b). -0 equals 0, and NaN equals NaN."""
    numbers = np.ascontiguousarray(columns.numbers + 0.0)
    numbers[np.isnan(numbers)] = np.nan
    texts = [columns.texts[name] for name in sorted(columns.texts)]
    keys = []
    whole, width = memoryview(numbers.tobytes()), numbers.shape[1] * numbers.itemsize
    for number in range(len(numbers)):
        digest = hashlib.blake2b(whole[number * width : (number + 1) * width], digest_size=16)
        for column in texts:
            digest.update(b"\0" + str(column[number]).encode("utf-8", "surrogatepass"))
        keys.append(digest.digest())
    return keys


def originals(keys: Keys) -> list[int]:
    """For each row, the first row that equals it: its own number if there is none before."""
    first: dict[bytes, int] = {}
    return [first.setdefault(key, number) for number, key in enumerate(keys)]


def found_in(keys: Keys, others: Keys) -> list[int | None]:
    """For each row of `keys`, the first equal row of `others`; None if there is none."""
    first: dict[bytes, int] = {}
    for number, key in enumerate(others):
        first.setdefault(key, number)
    return [first.get(key) for key in keys]
