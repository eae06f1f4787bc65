"""The process that starts trials, seen from the sweeping process."""

from __future__ import annotations

import itertools
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from oneaxis.errors import TrialFailed
from oneaxis.study.interrupts import exit_status
from oneaxis.study.program import NoProgram, Program
from oneaxis.study.statements import late_import
from oneaxis.study.warm import Fresh, Look, Warm, doubts, libraries, look
from oneaxis.study.wire import Closed, receive, send
from oneaxis.trial.loaded import MAIN

SERVER = Path(__file__).with_name("serve.py")
# All that joblib's workers set by themselves, so that a trial finds the same ones whatever launches it.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
LEFT_PATIENCE = 60.0  # seconds that what trials left running is waited for when a study ends
SAY_AFTER = 10.0  # seconds of waiting for an end before it is told
_UNBUFFERED = re.compile("-[a-zA-VY-Z]*u[a-zA-VY-Z]*")  # alone or with other letters, none of which takes a value

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ahead:
    """What trials may find loaded: `warm=False`: nothing. `modules` are declared besides what the program imports.

    `variables` are the job's own (`hydra.job.env_set`), which declared modules are imported with.
    """

    warm: bool = True
    modules: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


class Server:
    """The process that starts trials. It begins to load libraries at once; leaving the block ends it.

    `modules` are what the sweeping process had loaded when its program called Hydra.
    """

    def __init__(self, program: Program | NoProgram, ahead: Ahead, modules: Sequence[str]) -> None:
        self.program = program
        self._ahead = ahead
        self._program_look = look() if ahead.warm else None
        first = program.environment if isinstance(program, Program) else os.environ
        # Workers that use several threads each are many times slower than one thread each.
        self.given = {name: "1" for name in THREAD_VARIABLES if name not in first}
        self._numbers = itertools.count()
        self._abandoned = False
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.settimeout(None)  # whatever default the program has set
        self.control = ours
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, *interpreter_flags(program), str(SERVER), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=program.folder if isinstance(program, Program) else None,
                env=dict(first),
                start_new_session=True,  # Ctrl-C reaches the sweeper alone, which then ends all others
            )
        own = {name: value for name, value in os.environ.items() if name.startswith("ONEAXIS_")}
        send(
            ours,
            {
                "do": "prepare",
                "program": program if isinstance(program, Program) else None,
                "environment": {**first, **self.given, **own},
                "modules": libraries(modules) if ahead.warm else (),
                "ahead": ahead.modules if ahead.warm else (),
                "variables": dict(ahead.variables),
                "generators": self._program_look.generators if self._program_look else frozenset(),
            },
        )

    @cached_property
    def way(self) -> Warm | Fresh:
        """How trials start. Waits until the libraries are loaded."""
        found, names = self._hear_look()
        if self._program_look is None:
            return Fresh(("hydra.sweeper.warm=false",))
        first = self.program.environment if isinstance(self.program, Program) else os.environ
        reasons = [*doubts(found, self._program_look, first, self.given)]
        if isinstance(self.program, Program) and self.program.file is not None:
            file = Path(self.program.file)
            package = str(getattr(sys.modules[MAIN], "__package__", None) or "")
            late = late_import(file, self.program.line, self._program_look.files, package)
            if not file.is_file():
                reasons.insert(0, f"{file} can't be read")
            if late is not None:
                reasons.insert(0, f"{late.below} runs before {late.module} is imported")
        if reasons:
            return Fresh(tuple(reasons))
        return Warm(names)

    def next_number(self) -> int:
        """A job's number, unique for this server's life."""
        return next(self._numbers)

    def forks(self, variables: Mapping[str, str]) -> bool:
        """Whether a job that sets these variables (`hydra.job.env_set`) may be forked."""
        same = not self._ahead.modules or dict(variables) == dict(self._ahead.variables)
        return isinstance(self.way, Warm) and same

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.close(wait=kind is None or issubclass(kind, Exception))
        except KeyboardInterrupt as interrupt:  # the study is told; what trials left running isn't waited for
            self.close()
            raise SystemExit(exit_status(interrupt)) from None

    def abandon(self) -> None:
        """End the process at once, whatever it still loads: nothing will be run."""
        self._abandoned = True
        self._process.kill()

    def close(self, *, wait: bool = False) -> None:
        """End the process, and with it every trial that still runs; `wait` for what ended trials left running."""
        if wait and not self._abandoned:
            self._wait_for_what_is_left()
        self.control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_for_what_is_left(self) -> None:
        try:
            send(self.control, {"do": "finish", "patience": LEFT_PATIENCE})
            self.control.settimeout(SAY_AFTER)
            while True:
                try:
                    message, _ = receive(self.control)
                except TimeoutError:
                    log.warning("waiting for processes that trials left running, %.0f s at most", LEFT_PATIENCE)
                    self.control.settimeout(None)
                    continue
                if "killed" in message:
                    break
        except (Closed, OSError):
            return
        if message["killed"]:
            log.warning(
                "processes that %d trials left running were ended: they took longer than %.0f s",
                message["killed"],
                LEFT_PATIENCE,
            )

    def _hear_look(self) -> tuple[Look, tuple[str, ...]]:
        try:
            while True:
                message, _ = receive(self.control)
                if "looked" in message:
                    return message["looked"], message["libraries"]
        except (Closed, OSError) as error:
            raise TrialFailed("the server of the local launcher died; start the study again to go on") from error


def interpreter_flags(program: Program | NoProgram) -> list[str]:
    """The interpreter flags that the program was started with."""
    known: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing does
    # This one is kept in no flag of Python's own.
    unbuffered = isinstance(program, Program) and any(_UNBUFFERED.fullmatch(flag) for flag in program.start.flags)
    return [*known, "-u"] if unbuffered else known
