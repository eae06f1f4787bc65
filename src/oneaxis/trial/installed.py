"""Which installed distribution brought a module: read from the names in site-packages, as fast as a trial needs it."""

from __future__ import annotations

import os
import re
import sysconfig
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

PLACES = ("site-packages", "dist-packages")
_SUFFIXES = ("dist-info", "egg-info")


def place_of(file: str) -> str | None:
    """The folder of installed packages that a module's file lies in; None for a project's own, "" for Python's."""
    for place in PLACES:
        before, found, _ = file.rpartition(f"{os.sep}{place}{os.sep}")
        if found:
            return f"{before}{os.sep}{place}"
    return "" if file.startswith(_pythons_own()) else None


def distribution(module: str, place: str) -> tuple[str, str] | None:
    """Name and version of the distribution in `place` that brings a top-level module; None if none says so.

    `importlib.metadata.packages_distributions` answers the same in over a second.
    """
    try:
        stamp = Path(place).stat().st_mtime_ns  # an upgrade renames a folder here
    except OSError:
        return None
    return _brought(place, stamp).get(module)


@lru_cache(maxsize=16)
def _brought(place: str, stamp: int) -> Mapping[str, tuple[str, str]]:  # noqa: ARG001 - read again when it changes
    found: dict[str, tuple[str, str]] = {}
    with os.scandir(place) as entries:
        for entry in entries:
            stem, _, suffix = entry.name.rpartition(".")
            if suffix not in _SUFFIXES:
                continue
            name, _, version = stem.partition("-")
            known = (
                re.sub(r"[-_.]+", "-", name).lower(),
                version.partition("-")[0] if suffix == "egg-info" else version,
            )
            for module in _modules(Path(entry.path)):
                found.setdefault(module, known)
    return found


def _modules(metadata: Path) -> Iterator[str]:
    """The top-level modules of a distribution: its own list, else the first parts of its files' names."""
    try:
        yield from (metadata / "top_level.txt").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        yield from _recorded(metadata / "RECORD")


def _recorded(record: Path) -> Iterator[str]:
    last = ""
    try:
        with record.open(encoding="utf-8") as lines:
            for line in lines:
                head, inside, _ = line.partition("/")
                if head != last:  # a package's files stand together
                    last = head
                    name = head if inside else head.partition(".")[0]
                    if name.isidentifier() and name != "__pycache__":
                        yield name
    except (OSError, ValueError):
        return


@cache
def _pythons_own() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({paths[name] + os.sep for name in ("stdlib", "platstdlib")})
