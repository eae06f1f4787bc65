"""Folder names of trials: readable, safe on every file system, and never twice the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

LONGEST = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9._=+-]+")


def folders(trials: Sequence[tuple[str, int | None]], *, several: bool) -> tuple[str, ...]:
    """A folder name for each (name, seed): `model.C=10`, with `,seed=3` when there are several seeds."""
    taken: set[str] = set()
    names: list[str] = []
    for name, seed in trials:
        tail = f",seed={seed}" if several else ""
        folder = _slug(name, LONGEST - len(tail)) + tail
        number = 2
        unique = folder
        # Case-insensitive file systems: `Model=A` and `model=a` are one folder there.
        while unique.lower() in taken:
            unique = f"{folder}-{number}"
            number += 1
        taken.add(unique.lower())
        names.append(unique)
    return tuple(names)


def _slug(name: str, longest: int) -> str:
    safe = _UNSAFE.sub("_", name).strip(".")
    if safe == name and len(safe) <= longest:
        return safe
    # What was altered keeps a digest, so that different values never meet.
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[: longest - 9] or 'value'}-{mark}"
