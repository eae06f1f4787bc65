"""A trial's identity: what can be known of it before it runs, checked against what a record kept.

A task's configuration, its seed, the project's code, packages and variables. A trial whose record still has them
all, and whose data files are as they were, would give the same result again. Every function returns what differs:
nothing, where all holds. Reads files; runs and imports nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from oneaxis.trial.environment import VARIABLES, python, variables
from oneaxis.trial.fingerprints import describe
from oneaxis.trial.loaded import file_digest, project_root
from oneaxis.vocabulary import ABSENT, Change, Record, Trial, short

PYTHON = "python"


@dataclass(frozen=True)
class Present:
    """What a trial would find if it started now: the project's folder, and its environment's variables."""

    root: Path
    variables: Mapping[str, str]


def present(defaults: Mapping[str, str] | None = None) -> Present:
    """The project and the variables of this process, with `defaults` where the launcher sets what is unset."""
    return Present(project_root(), {**(defaults or {}), **os.environ})


def same_identity(record: Record, trial: Trial, now: Present) -> tuple[Change, ...]:
    """What has changed since a trial was recorded: its configuration, seed, code or environment.

    Data is apart (`same_data`): it is what the trial saw. A record without code or environment, of an older
    oneaxis, proves nothing, and says so by a change.
    """
    found: list[Change] = []
    if record.digest != trial.digest:
        found.append(Change(("config",), short(record.digest), short(trial.digest)))
    if record.seed != trial.seed:
        found.append(Change(("seed",), record.seed, trial.seed))
    return (*found, *same_code(record, now.root), *same_environment(record, now.variables))


def same_code(record: Record, root: Path) -> tuple[Change, ...]:
    """Files of the project that the trial loaded and that differ from those on disk now.

    What it never loaded is not looked at.
    """
    if not record.code:
        return (Change(("code",), "not recorded", "unknown"),)
    now = {name: file_digest(str(root / name)) for name in record.code}
    return tuple(
        Change(("code", name), short(digest), ABSENT if now[name] is None else short(str(now[name])))
        for name, digest in record.code.items()
        if now[name] != digest
    )


def same_environment(record: Record, given: Mapping[str, str]) -> tuple[Change, ...]:
    """Packages that the trial imported, Python, and variables, where they aren't as they were.

    Thread counts and switches that only show while a task runs can't be known before.
    """
    if not record.environment:
        return (Change(("packages",), "not recorded", "unknown"),)
    found: list[Change] = []
    packages: Mapping[str, Any] = record.environment.get("packages", {})
    for name, before in packages.items():
        if name in VARIABLES["packages"]:
            continue
        after = python() if name == PYTHON else _version(name)
        if after != before:
            found.append(Change(("packages", name), before, ABSENT if after is None else after))
    now = variables(given)
    for layer, names in VARIABLES.items():
        kept = record.environment.get(layer, {})
        for name in names:
            one, other = kept.get(name, ABSENT), now[layer].get(name, ABSENT)
            if one != other:
                found.append(Change((layer, name), one, other))
    return tuple(found)


def has_data(record: Record) -> bool:
    """Whether the trial said what data it saw; without that, nothing proves that it is still the same."""
    return bool(record.data)


def same_data(record: Record, root: Path) -> tuple[Change, ...]:
    """Recorded data files that are gone or hold something else now; a file that was only touched is the same.

    Arrays can't be looked at again: those that a trial makes hang on its code and packages.
    """
    found: list[Change] = []
    for part, files in record.data_files.items():
        for file in files:
            path = root / str(file["path"])
            try:
                stat = path.stat()
                as_it_was = (stat.st_size, stat.st_mtime_ns) == (file["size"], file["mtime_ns"])
                now = str(file["digest"]) if as_it_was else str(describe(path)["digest"])
            except OSError:
                found.append(Change(("data", part, str(file["path"])), short(str(file["digest"])), ABSENT))
                continue
            if now != file["digest"]:
                found.append(Change(("data", part, str(file["path"])), short(str(file["digest"])), short(now)))
    return tuple(found)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
