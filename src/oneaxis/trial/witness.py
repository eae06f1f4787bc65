"""Sees what a trial runs with: its code as it was loaded, its packages, threads and device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self

from oneaxis.trial.environment import environ, environment, variables
from oneaxis.trial.fingerprints import File
from oneaxis.trial.loaded import from_root, leads_out, loaded
from oneaxis.trial.provenance import graphics, machine


class Witness:
    """Opened before the task starts, asked when it has ended.

    Paths of code are relative to `root`. `main` is the main script's file and digest where another process loaded it.
    """

    def __init__(self, root: str, main: Mapping[str, str]) -> None:
        self._root = root
        self._main = main
        self._given = variables(environ())  # what the task sets itself follows from its code and configuration
        self._watch = ExitStack()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        self._watch.enter_context(loaded.watched())

    def close(self) -> None:
        self._watch.close()

    def from_root(self, files: Mapping[str, Sequence[File]]) -> dict[str, list[File]]:
        """Files of data, those below `root` by their paths from there: a project that moves keeps its data."""
        return {part: [{**file, "path": self._moves(file["path"])} for file in found] for part, found in files.items()}

    def _moves(self, path: str) -> str:
        below = from_root(path, self._root)
        return path if leads_out(below) else below

    def testimony(self) -> Mapping[str, Any]:
        """A record's `code`, `environment` and `machine`."""
        return {
            "code": loaded.code(self._root, self._main),
            "environment": environment(self._given),
            "machine": {**machine(), **graphics()},
        }
