"""What this process has loaded: the project's own modules with their digests, and packages with their versions.

A digest is only worth something if it is that of the code that runs, so it is taken when a module is imported,
not when the record is written: a file may be edited hours later, while the trial still runs.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from oneaxis.trial.installed import distribution, place_of

MAIN = "__main__"
MARKERS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
_SOURCE = Path(__file__).absolute().parents[2]
_OURS = tuple(f"{_SOURCE / folder}{os.sep}" for folder in ("oneaxis", "hydra_plugins/oneaxis"))
_TASKS = f"{_SOURCE / 'oneaxis' / 'tasks'}{os.sep}"
# What only draws terminals: oneaxis loads it in some processes, and it changes no result.
_SHOWS_ONLY = frozenset(("rich", "pygments", "markdown-it-py", "mdurl", "colorlog"))


class Loaded:
    """Notes on one process, each made once; a fork inherits its parent's."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._code: dict[str, tuple[str, str]] = {}  # module → file, digest
        self._packages: dict[str, tuple[str, str]] = {}  # top-level module → distribution, version

    def look(self) -> None:
        """Note the modules that were loaded since the last look."""
        for name in [name for name in sys.modules if name not in self._seen]:
            # Past a lazy module's own attributes, which would load it.
            with suppress(Exception):
                file = object.__getattribute__(sys.modules[name], "__dict__").get("__file__")
                self.note(name, file if isinstance(file, str) else None)
            self._seen.add(name)

    def note(self, name: str, file: str | None) -> None:
        """Note a module as it lies on disk now. Called at its import, or soon after."""
        if file is None or not file.startswith(os.sep):
            return
        place = place_of(file)
        if place is None:
            if _decides(file) and (digest := file_digest(file)) is not None:
                self._code[name] = file, digest
                self._seen.add(name)
        elif place and "." not in name and (known := distribution(name, place)) is not None:
            self._packages[name] = known
            self._seen.add(name)

    def code(self, root: str, before: Mapping[str, str]) -> dict[str, str]:
        """Digests of the project's loaded modules, by their paths from `root`.

        `before` are files that this process runs without having loaded them: a task that came by value.
        """
        files = {**before, **dict(entry for name, entry in self._code.items() if name in sys.modules)}
        return {from_root(file, root).replace(os.sep, "/"): digest for file, digest in sorted(files.items())}

    def packages(self) -> dict[str, str]:
        """Versions of the installed distributions that were imported."""
        found = [entry for name, entry in self._packages.items() if name in sys.modules]
        return {name: version for name, version in sorted(found) if name not in _SHOWS_ONLY}

    def main(self) -> dict[str, str]:
        """The main script's file and digest, for processes that get its functions by value."""
        return dict([self._code[MAIN]]) if MAIN in self._code else {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note each module when it is imported inside this block."""
        self.look()
        watcher = _Watcher(self)
        if PathFinder in sys.meta_path:
            # Just before Python's own: whatever else finds modules goes first, as it did.
            sys.meta_path.insert(sys.meta_path.index(PathFinder), watcher)
        try:
            yield
        finally:
            with suppress(ValueError):
                sys.meta_path.remove(watcher)
            self.look()


class _Watcher(MetaPathFinder):
    """Python's own finder, telling what it found."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            with suppress(Exception):  # an import must never fail because of a note
                self._loaded.note(fullname, spec.origin)
        return spec


loaded = Loaded()  # of this process, as `sys.modules` is


def from_root(file: str, root: str) -> str:
    """A file's path from a folder, also where a link leads from one to the other: a node may mount it elsewhere."""
    path = os.path.relpath(file, root)
    if not leads_out(path):
        return path
    real = os.path.relpath(os.path.realpath(file), os.path.realpath(root))
    return path if leads_out(real) else real


def leads_out(path: str) -> bool:
    """Whether a relative path begins with `..`."""
    return path.split(os.sep, 1)[0] == os.pardir


def file_digest(file: str) -> str | None:
    """SHA-256 of a file; None if it can't be read."""
    try:
        with Path(file).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def project_root() -> Path:
    """The project of the script that this process was started with.

    The nearest folder above it that holds `.git`, `pyproject.toml` or the like, else the script's own folder. It
    doesn't depend on where the command is typed.
    """
    main = sys.modules.get(MAIN)
    file = Path(getattr(main, "__file__", None) or ".").absolute()
    spec = getattr(main, "__spec__", None)
    # With `python -m package.module`, the folder that holds the package.
    parts = spec.name.count(".") if spec is not None and spec.name else 0
    folder = file.parents[min(parts, len(file.parents) - 1)]
    for above in (folder, *folder.parents):
        if any((above / marker).exists() for marker in MARKERS):
            return above
    return folder


def _decides(file: str) -> bool:
    """Whether a module's code can move a result: ours can't, but for the demo's tasks."""
    return file.startswith(_TASKS) or not file.startswith(_OURS)
