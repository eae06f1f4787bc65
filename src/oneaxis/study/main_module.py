"""The app's main script in a process that was not started with it.

A trial is forked from a server whose own `__main__` is the server. What the app's script defines must be found
under `__main__` all the same: to be pickled, to run in a pool, as a `_target_`.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from oneaxis.trial.loaded import MAIN, loaded

LOADED_AS = "__mp_main__"  # as multiprocessing names it: a script's `__name__` guard then holds


@dataclass(frozen=True)
class MainScript:
    """How the app was started: a script's path, or a module's name (`python -m`); neither: interactively."""

    script: str | None
    module: str | None


def main_script_of_this_process() -> MainScript:
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    file = getattr(main, "__file__", None)
    script = None if spec is not None or file is None else str(Path(file).resolve())
    return MainScript(script, None if spec is None else spec.name)


def defined_in_main() -> dict[str, Any]:
    """The functions and classes that this process's main script defines itself."""
    return {
        name: value
        for name, value in vars(sys.modules["__main__"]).items()
        if isinstance(value, (FunctionType, type)) and value.__module__ == "__main__"
    }


class AppMain(ModuleType):
    """The app's `__main__`: what travelled by value, and, once anything else is asked for, the script's own names."""

    def __init__(self, place: MainScript, travelled: Mapping[str, Any]) -> None:
        super().__init__("__main__")
        self.__dict__.update(travelled)
        self.__file__ = place.script
        self.__spec__ = None if place.module is None else ModuleSpec(place.module, None)
        self.__dict__["_oneaxis_place"] = place
        self.__dict__["_oneaxis_script"] = place
        self.__dict__["_oneaxis_before"] = sys.modules["__main__"]  # the server's: its globals must stay alive

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            load_names(self)
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f"module '__main__' has no attribute {name!r}")


def become(place: MainScript, travelled: Mapping[str, Any]) -> AppMain:
    """Put the app's main module in the place of this process's own.

    A later round shares its task anew: the module stays, for no script may be run twice in one process.
    """
    now = sys.modules["__main__"]
    if isinstance(now, AppMain) and now.__dict__["_oneaxis_script"] == place:
        now.__dict__.update(travelled)
        return now
    main = AppMain(place, travelled)
    sys.modules["__main__"] = main
    return main


def load_names(main: AppMain) -> None:
    """Load the script, once, under another name; what travelled by value keeps its place."""
    place = main.__dict__.pop("_oneaxis_place", None)
    if place is None or (place.script is None and place.module is None):
        return
    with _nothing_starts(), loaded.watched():
        if place.script is not None:
            loaded.note(MAIN, place.script)
            names = runpy.run_path(place.script, run_name=LOADED_AS)
        else:
            names = runpy.run_module(str(place.module), run_name=LOADED_AS, alter_sys=True)
    for name, value in names.items():
        main.__dict__.setdefault(name, value)


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """A script without the `__name__` guard calls its main function when it is loaded: let that do nothing."""
    import hydra.main  # noqa: F401, PLC0415 - `hydra.main` the attribute is the function, not the module

    module: Any = sys.modules["hydra.main"]
    original = module._run_hydra  # noqa: SLF001 - the one place where a decorated main function starts Hydra
    module._run_hydra = lambda *_, **__: None  # noqa: SLF001
    try:
        yield
    finally:
        module._run_hydra = original  # noqa: SLF001
