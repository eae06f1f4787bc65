"""May a trial be forked from a process that has the program's installed libraries loaded, or must it start anew?

A fork shares what its parent holds. It is the user's own program only where a fresh interpreter would have come to
hold the same: so the parent loads what the sweeping process loaded, in its order, and both are compared. Where they
differ in what an import may depend on, or the parent holds what no fork may share, trials start anew.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from oneaxis.study.generators import generators, seeds
from oneaxis.trial.installed import place_of
from oneaxis.trial.loaded import MAIN

# jemalloc starts it anew in a fork (`background_thread_postfork_child` in its source); pyarrow brings it along.
HARMLESS_THREADS = frozenset(("jemalloc_bg_thd",))
HARMLESS_VARIABLES = frozenset(("_MLFLOW_TELEMETRY_SESSION_ID",))  # MLflow sets it when it is imported
HARMLESS_NAMES = frozenset(("torch.Storage",))  # `torch.set_default_dtype` names the storage of its kind so
# MLflow starts threads and hooks, and a task that uses it imports it itself.
NEVER_AHEAD = ("mlflow", MAIN, "__mp_main__", "oneaxis", "hydra_plugins", "sitecustomize", "usercustomize")
_HYDRAS = frozenset(("hydra", "omegaconf", "antlr4", "attr", "packaging", "yaml", "cloudpickle", "rich", "pygments"))
# Settings of these two are made to be changed; nothing that is imported depends on them.
_HOOKS = frozenset(("sys", "warnings"))


@dataclass(frozen=True)
class Look:
    """What one process holds, as far as an import or a fork may depend on it."""

    files: Mapping[str, str]  # of loaded modules
    names: Mapping[str, Mapping[str, int]]  # of installed modules: functions and classes, with a digest of each
    finders: tuple[str, ...]
    environment: Mapping[str, str]
    generators: frozenset[int]  # digests of what random generators were seeded with
    threads: tuple[str, ...] = ()
    descriptors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Warm:
    """Trials are forked from a process that has `libraries` loaded."""

    libraries: tuple[str, ...]


@dataclass(frozen=True)
class Fresh:
    """Each trial starts an interpreter of its own; `reasons` say why."""

    reasons: tuple[str, ...]


def look(before: Sequence[str] = ()) -> Look:
    """Look at this process; `before` are the descriptors that it had open when it began."""
    modules = dict(sys.modules)
    seen = Look(
        files={name: _file(module) for name, module in modules.items()},
        names={
            name: dict(_names(module))
            for name, module in modules.items()
            if name not in _HOOKS and isinstance(module, ModuleType) and _installed(_file(module))
        },
        finders=(*map(_kind, sys.meta_path), *map(_kind, sys.path_hooks)),
        environment=dict(os.environ),
        generators=frozenset(next(seeds(generator)) for generator in generators()),
    )
    return shared(seen, before)


def shared(seen: Look, before: Sequence[str]) -> Look:
    """The same, with the threads and open files of now, which forks would share or lack."""
    opened = set(open_descriptors().values()) - set(before)
    return replace(seen, threads=tuple(_threads()), descriptors=tuple(sorted(opened)))


def libraries(modules: Sequence[str]) -> tuple[str, ...]:
    """Those of a process's modules that another one may load ahead: installed ones, in their order."""
    return tuple(
        name
        for name in modules
        if name.partition(".")[0] not in NEVER_AHEAD and _installed(_file(sys.modules.get(name)))
    )


def import_all(modules: Sequence[str]) -> None:
    """Import modules in this order; what can't be imported here, the program imports or fails on by itself."""
    # The program's own process has shown these warnings. Filters that modules set stay, so the list isn't restored.
    warnings.filterwarnings("ignore", message="(?s:.*)")
    silence = warnings.filters[0]
    for name in modules:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)
    with contextlib.suppress(ValueError):
        warnings.filters.remove(silence)  # type: ignore[attr-defined]  # a list, whatever its stub says
    warnings._filters_mutated()  # type: ignore[attr-defined]  # noqa: SLF001 - as `warnings` itself does


def largest_first(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """The names of libraries, those with most modules first; without those that every Hydra app has."""
    return tuple(sorted(sizes.keys() - _HYDRAS, key=lambda name: (-sizes[name], name)))


def sizes(modules: Iterable[str], *, depth: int = 1) -> dict[str, int]:
    """How many modules each installed library has among these of this process; by parts of libraries with `depth` 2."""
    installed = (name for name in modules if place_of(_file(sys.modules.get(name))))
    parts = (name.split(".")[:depth] for name in installed if not name.startswith(NEVER_AHEAD))
    return dict(Counter(".".join(part) for part in parts if not part[-1].startswith("_")))


def doubts(ahead: Look, program: Look, started_with: Mapping[str, str], given: Mapping[str, str]) -> Iterator[str]:
    """Why trials of a program may not be forked from the process that loaded its libraries ahead.

    `started_with` are the variables that the program's process was started with, `given` those that each trial gets.
    """
    if sys.platform == "darwin":
        yield "this system's own libraries may not be used in a fork"
    set_by_program = _changed(started_with, program.environment)
    set_by_imports = _changed({**started_with, **given}, ahead.environment)
    for name in sorted(set_by_program.keys() - HARMLESS_VARIABLES):
        if set_by_program[name] != set_by_imports.get(name, ahead.environment.get(name)):
            yield f"the program sets {name}, which libraries may read when they are imported"
    yield from (f"the program hooks imports ({name})" for name in program.finders if name not in ahead.finders)
    yield from _replaced(ahead, program)
    yield from (f"a library starts a thread when it is imported ({thread})" for thread in ahead.threads)
    yield from (f"a library keeps a file or device open from its import on ({file})" for file in ahead.descriptors)


def _replaced(ahead: Look, program: Look) -> Iterator[str]:
    for name, file in program.files.items():
        if name in ahead.files and ahead.files[name] != file and name not in (MAIN, "__mp_main__"):
            yield f"the program has another module in place of {name}"
    for name, found in program.names.items():
        there = ahead.names.get(name, {})
        patched = (f"{name}.{key}" for key, digest in found.items() if there.get(key, digest) != digest)
        yield from (f"the program replaces {place}" for place in sorted({*patched} - HARMLESS_NAMES)[:1])


def open_descriptors() -> dict[str, str]:
    """What this process has open, by number; empty where the system doesn't tell."""
    found = {}
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            numbers = os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
        except OSError:
            continue
        for number in numbers:
            try:
                found[number] = str(Path(folder, number).readlink())
            except OSError:  # the one that listed them
                continue
        break
    return found


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    return {name: after.get(name) for name in {*before, *after} if before.get(name) != after.get(name)}


def _file(module: Any) -> str:
    """Where a module comes from; past a lazy module's own attributes, which would load it."""
    try:
        names = object.__getattribute__(module, "__dict__")
    except AttributeError:
        return f"a {type(module).__name__}"
    file = names.get("__file__")
    return file if isinstance(file, str) else str(getattr(names.get("__spec__"), "origin", None))


def _installed(file: str) -> bool:
    return file in ("built-in", "frozen") or (file.startswith(os.sep) and place_of(file) is not None)


def _names(module: ModuleType) -> Iterator[tuple[str, int]]:
    own = module.__name__
    for name, value in list(vars(module).items()):
        kind = type(value)  # some objects load a library to answer `isinstance`
        if issubclass(kind, (FunctionType, BuiltinFunctionType, type)):
            yield name, _digest(value)
        if issubclass(kind, type) and value.__module__ == own:
            for part, method in list(vars(value).items()):
                if isinstance(method, FunctionType):
                    yield f"{name}.{part}", _digest(method)


def _digest(value: Any) -> int:
    """The same number in each process for one function or class."""
    if isinstance(value, FunctionType):
        file = value.__code__.co_filename
        # What a dataclass makes has no place; and its module depends on how that was loaded.
        place = value.__name__ if file.startswith("<") else f"{file}:{value.__code__.co_firstlineno}"
    else:
        place = f"{value.__module__} {value.__qualname__}"
    return zlib.crc32(place.encode(errors="replace"))


def _kind(finder: Any) -> str:
    kind = finder if isinstance(finder, (type, FunctionType)) else type(finder)
    return f"{kind.__module__}.{kind.__qualname__}"


def _threads() -> Iterator[str]:
    """The threads of this process beside the one that asks and those that a fork does no harm to."""
    python = [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    tasks = Path("/proc/self/task")
    if python or not tasks.exists():
        yield from python
        return
    own = str(threading.get_native_id())
    for task in tasks.iterdir():
        try:
            name = (task / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:  # it ended meanwhile
            continue
        if task.name != own and name not in HARMLESS_THREADS:
            yield name
