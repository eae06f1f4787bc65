"""The user's program: how it was started, and how a trial starts it again."""

from __future__ import annotations

import io
import os
import runpy
import sys
import threading
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import BuiltinImporter, SourceFileLoader
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Literal

from oneaxis.trial.installed import place_of
from oneaxis.trial.loaded import MAIN, loaded

# What may stand between a program's first line and Hydra. Anything else that calls it (a test runner, a notebook)
# is a program of its own, which no trial may start again.
PASSED_THROUGH = frozenset(
    (
        "hydra", "hydra_zen", "hydra_plugins", "oneaxis", "runpy", "contextlib", "functools",
        "click", "typer", "fire", "absl",
    )
)  # fmt: skip
_WITH_VALUE = ("W", "X", "--check-hash-based-pycs")  # interpreter options whose value may be the next word

Kind = Literal["script", "module", "command"]


@dataclass(frozen=True)
class Start:
    """What an interpreter was asked to run: a script's path, a module's name (`-m`) or code (`-c`)."""

    flags: tuple[str, ...]
    kind: Kind
    what: str
    arguments: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """The command line behind the interpreter."""
        option = {"script": [], "module": ["-m"], "command": ["-c"]}[self.kind]
        return [*self.flags, *option, self.what, *self.arguments]


@dataclass(frozen=True)
class Program:
    """A program as it was started: before its own statements changed its folder, variables or arguments."""

    start: Start
    folder: str
    environment: Mapping[str, str]
    file: str | None = None  # the main script's or module's
    line: int = 0  # of its statement that led to Hydra


@dataclass(frozen=True)
class NoProgram:
    """There is nothing that a trial could start again; `host` is what calls the task instead."""

    host: str


def program_of_this_process() -> Program | NoProgram:
    """The program whose first line led to this call."""
    if threading.current_thread() is not threading.main_thread():
        return NoProgram("a thread")
    host, line = _host_and_line(sys._getframe())  # noqa: SLF001 - the stack is what is asked for
    if host is not None:
        return NoProgram(host)
    start = read_start(sys.orig_argv[1:])
    if start is None:
        return NoProgram("an interactive interpreter")
    environment = _first_environment()
    file = getattr(sys.modules.get(MAIN), "__file__", None)
    return Program(start, _first_folder(start, environment), environment, file, line)


def read_start(words: Sequence[str]) -> Start | None:
    """Take an interpreter's command line apart; None where it names nothing to run, or reads it from its input."""
    flags: list[str] = []
    waiting = list(words)
    while waiting and waiting[0] != "-":
        word = waiting.pop(0)
        if not word.startswith("-"):
            return Start(tuple(flags), "script", word, tuple(waiting))
        option = next((letter for letter in word[1:] if letter in "cmWX"), "") if word[1] != "-" else word
        before, _, inside = word.partition(option) if option else (word, "", "")
        if option in ("c", "m"):
            flags += [before] if before != "-" else []
            rest = [inside, *waiting] if inside else waiting
            return Start(tuple(flags), "command" if option == "c" else "module", rest[0], tuple(rest[1:]))
        flags.append(word)
        if option and not inside and option in _WITH_VALUE and waiting:
            flags.append(waiting.pop(0))
    return None


def _host_and_line(frame: FrameType | None) -> tuple[str | None, int]:
    """The first caller that is neither the project's own nor passed through; the main module's line under way."""
    line = 0
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        file = frame.f_code.co_filename
        root = name.partition(".")[0]
        own = name == MAIN or (place_of(file) is None and not file.startswith("<frozen"))
        if not own and root not in PASSED_THROUGH:
            return root, 0
        line = frame.f_lineno if name == MAIN else line
        frame = frame.f_back
    return None, line


def _first_environment() -> dict[str, str]:
    """The variables that this process was started with, where the system keeps them; else those of now."""
    try:
        kept = Path("/proc/self/environ").read_bytes()
    except OSError:
        return dict(os.environ)
    pairs = (os.fsdecode(line).partition("=") for line in kept.split(b"\0"))
    return {name: value for name, equals, value in pairs if equals and name} or dict(os.environ)


def _first_folder(start: Start, environment: Mapping[str, str]) -> str:
    """The folder that this process was started in: the script may have left it since."""
    now = str(Path.cwd())
    file = getattr(sys.modules.get(MAIN), "__file__", None) or ""
    if start.kind == "script" and not os.path.isabs(start.what):  # noqa: PTH117 - as it was typed
        for ended in (file, file.removesuffix(f"{os.sep}__main__.py")):
            if ended.endswith(os.sep + start.what):  # Python puts the folder before what was typed
                return ended.removesuffix(start.what).rstrip(os.sep) or os.sep
    shells = os.path.realpath(environment.get("PWD", now))  # as the system names it
    if start.kind == "module":  # Python looks into that folder first
        return next((folder for folder in (now, shells, *sys.path[:1]) if folder in sys.path), now)
    # Else only a shell tells it; what isn't started by one may have an old folder there.
    return shells if Path(shells).is_dir() and _leaves_its_folder(file) else now


def _leaves_its_folder(file: str) -> bool:
    try:
        return b"chdir(" in Path(file).read_bytes()
    except OSError:
        return False


def pose_as(start: Start, folder: str) -> None:
    """Let this process look as the program's own does: libraries may look at it when they are imported.

    The program was started in `folder`. Source of this and the next: "The Python command line" in Python's manual, and
    `Modules/main.c`.
    """
    sys.modules["_oneaxis_server"] = sys.modules[MAIN]  # it stays alive as long as its code runs
    main = _new_main({"__builtins__": sys.modules["builtins"], "__annotations__": {}})
    file = os.path.join(folder, start.what)  # noqa: PTH118 - links and dots stay, as with Python
    if start.kind == "script" and not _is_container(file):
        vars(main).update(__file__=file, __cached__=None, __loader__=SourceFileLoader(MAIN, file))
    sys.orig_argv = [sys.executable, *start.words]
    sys.argv[:] = [{"module": "-m", "command": "-c"}.get(start.kind, start.what), *start.arguments]


def run_as_main(start: Start) -> None:
    """Run a program as its interpreter would, in a process that poses as it: with its own search path."""
    # A new one: what was there before the fork isn't collected when the interpreter ends, and keeps files open.
    names: dict[str, Any] = vars(_new_main(vars(sys.modules[MAIN])))
    container = start.kind == "script" and _is_container(start.what)
    place = {"script": os.path.dirname(os.path.realpath(start.what)), "module": os.getcwd(), "command": ""}  # noqa: PTH109, PTH120
    if container:
        sys.path.insert(0, os.path.join(os.getcwd(), start.what))  # noqa: PTH109, PTH118 - as above
    elif not sys.flags.safe_path:
        sys.path.insert(0, place[start.kind])
    if start.kind == "module":
        runpy._run_module_as_main(start.what)  # type: ignore[attr-defined]  # noqa: SLF001 - what `-m` itself calls
    elif container:
        runpy._run_module_as_main(MAIN, alter_argv=False)  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    elif start.kind == "command":
        names.update(__loader__=BuiltinImporter)
        exec(compile(start.what, "<string>", "exec"), names)  # noqa: S102 - the user's own program
    else:
        file = names["__file__"]
        loaded.note(MAIN, file)
        with io.open_code(file) as source:
            code = compile(source.read(), file, "exec")
        exec(code, names)  # noqa: S102 - as above


def _new_main(names: Mapping[str, Any]) -> ModuleType:
    """Put a new main module in the place of this process's, under all of its names: multiprocessing has another one."""
    own, main = sys.modules[MAIN], ModuleType(MAIN)
    vars(main).update(names)
    for name in [name for name, module in sys.modules.items() if module is own and name != "_oneaxis_server"]:
        sys.modules[name] = main
    return main


def _is_container(path: str) -> bool:
    """Whether Python imports `__main__` from what was typed: a folder, or an archive of whatever name."""
    return Path(path).is_dir() or zipfile.is_zipfile(path)
