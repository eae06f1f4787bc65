"""The process that starts trials: it has the program's installed libraries loaded, and does nothing else.

Started by `oneaxis.study.handle`, told over a socket. A trial is a fork of it that runs the user's program, or a new
interpreter. When the socket closes, the sweeping process is gone: all trials are killed, and so ends this process.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import pickle
import selectors
import signal
import socket
import stat
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from oneaxis.study.generators import drawn, reseed
from oneaxis.study.job import HANDED, Ticket, run_by_value, take_over, warm_up
from oneaxis.study.program import Program, pose_as, run_as_main
from oneaxis.study.warm import import_all, largest_first, look, open_descriptors, shared, sizes
from oneaxis.study.wire import Closed, receive, send
from oneaxis.trial.process import descendants

SOURCE = str(Path(__file__).resolve().parents[2])
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOOK = 0.1  # seconds between two looks at processes that trials left running


def main(descriptor: int) -> None:
    """Serve until the other side goes; in a fork, run the trial to its end."""
    trial = None
    with contextlib.suppress(BrokenPipeError), socket.socket(fileno=descriptor) as control:
        control.set_inheritable(False)
        trial = _Server(control).serve()
    if trial is not None:
        _to_its_end(trial)


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._program: Program | None = None
        self._environment: dict[str, str] = {}
        self._generators: list[Any] = []  # those that each trial begins with numbers of its own from
        self._running: dict[int, int] = {}  # process → trial
        self._left: set[int] = set()  # groups of processes whose trial has ended
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._on_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the sweeper's to handle

    def serve(self) -> Callable[[], None] | None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._control, selectors.EVENT_READ)
            waiting.register(self._wake_reader, selectors.EVENT_READ)
            self._before = list(open_descriptors().values())
            try:
                while True:
                    for key, _ in waiting.select():
                        if key.fileobj is self._control:
                            trial = self._obey(*receive(self._control))
                            if trial is not None:
                                return trial
                        else:
                            os.read(self._wake_reader, 4096)
                    self._reap()
            except (Closed, OSError):
                self._kill({*self._running, *self._left})
                for process in self._running:
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(process, 0)
        return None

    def _obey(self, message: Mapping[str, Any], descriptors: Sequence[int]) -> Callable[[], None] | None:
        match message["do"]:
            case "prepare":
                self._prepare(message)
            case "run":
                return self._start(message, descriptors[0])
            case "kill":
                self._kill([process for process, trial in self._running.items() if trial == message["trial"]])
            case "finish":
                self._finish(message["patience"])
        return None

    def _prepare(self, message: Mapping[str, Any]) -> None:
        """Load what the program's process has loaded, then what is to be loaded with a job's own variables."""
        self._program = message["program"]
        self._environment = message["environment"]
        if self._program is not None:
            pose_as(self._program.start, self._program.folder)
        os.environ.clear()
        os.environ.update(self._environment)
        import_all(message["modules"])
        seen = look(self._before)
        os.environ.update(message["variables"])
        import_all(message["ahead"])
        seen = shared(seen, self._before)
        os.environ.clear()
        os.environ.update(self._environment)
        warm_up()
        self._generators = drawn(message["generators"])
        gc.collect()
        gc.freeze()  # what is loaded stays shared memory
        send(self._control, {"looked": seen, "libraries": largest_first(sizes(sys.modules))})

    def _start(self, message: Mapping[str, Any], answer: int) -> Callable[[], None] | None:
        ticket: Ticket = message["ticket"]
        with warnings.catch_warnings():
            # From 3.12 on Python warns of every thread: those that are here were looked at.
            warnings.filterwarnings("ignore", ".*multi-threaded, use of fork", DeprecationWarning)
            process = os.fork()
        if process:
            os.close(answer)
            self._running[process] = message["trial"]
            send(self._control, {"started": message["trial"], "process": process})
            return None
        try:
            self._become_trial({**self._environment, **ticket.environment})
            if not message["warm"]:
                self._start_anew(ticket, answer)
            reseed(self._generators)
        except BaseException as error:  # noqa: BLE001 - nothing may go back to serving from here
            sys.stderr.write(f"oneaxis: a trial's process could not be started: {error}\n")
            sys.stderr.flush()
            os._exit(1)
        return lambda: self._run(ticket, answer)

    def _run(self, ticket: Ticket, answer: int) -> None:
        if ticket.value is not None:
            run_by_value(ticket, answer)
            return
        assert self._program is not None
        take_over(ticket, answer)
        os.environ.pop(HANDED, None)
        run_as_main(self._program.start)

    def _start_anew(self, ticket: Ticket, answer: int) -> None:
        """Become a new interpreter, which runs the program as it was typed."""
        assert self._program is not None
        with _unnamed_file() as file:
            file.write(pickle.dumps(ticket))
            file.seek(0)
            for descriptor in (file.fileno(), answer):
                os.set_inheritable(descriptor, True)
            os.environ[HANDED] = f"{os.getppid()}:{file.fileno()},{answer}"
            os.execv(sys.executable, [sys.executable, *self._program.start.words])  # noqa: S606 - the user's own program

    def _become_trial(self, environment: Mapping[str, str]) -> None:
        os.setpgid(0, 0)  # a trial's own subprocesses are killed with it
        _die_with_parent()
        self._control.close()
        signal.set_wakeup_fd(-1)
        os.close(self._wake_reader)
        os.close(self._wake_writer)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, self._on_interrupt)
        _read_input_anew()
        os.environ.clear()
        os.environ.update(environment)

    def _reap(self) -> None:
        while self._running:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if process == 0:
                break
            trial = self._running.pop(process, None)
            if trial is not None:
                self._left.add(process)
                send(self._control, {"ended": trial, "status": os.waitstatus_to_exitcode(status)})
        self._left = set(filter(_has_members, self._left))

    def _finish(self, patience: float) -> None:
        """Wait for what trials left running, at most so many seconds; then kill it and say how many there were."""
        deadline = time.monotonic() + patience
        while (left := set(filter(_has_members, self._left))) and time.monotonic() < deadline:
            time.sleep(LOOK)
        self._kill(left)
        self._left = set()
        send(self._control, {"killed": len(left)})

    def _kill(self, processes: Sequence[int] | set[int]) -> None:
        """Kill trials, or groups that they left, with all that they started; daemons have another parent by now."""
        apart = [child for process in processes if process in self._running for child in descendants(process)]
        for process in processes:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process, signal.SIGKILL)
            if process in self._running:
                apart.append(process)
        for process in apart:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)


def _read_input_anew() -> None:
    """Each trial reads a file that was given as input from its start, as the program's own process did."""
    with contextlib.suppress(OSError):  # there may be none, or nothing that can be opened again
        if stat.S_ISREG(os.fstat(0).st_mode):
            file = os.open("/dev/fd/0", os.O_RDONLY)
            os.dup2(file, 0)
            os.close(file)


def _unnamed_file() -> IO[bytes]:
    """A file that needs no disk where the system has such: those for temporary files may be full."""
    return os.fdopen(os.memfd_create("ticket"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()


def _has_members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _die_with_parent() -> None:
    """On Linux the kernel ends a trial whose server is killed; elsewhere the server's own end does."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _to_its_end(trial: Callable[[], None]) -> None:
    """Run a trial's program; an error that it doesn't catch is told as its own interpreter would."""
    try:
        trial()
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - see above
        own = error.__traceback__
        while own is not None and own.tb_frame.f_code.co_filename.startswith(SOURCE):
            own = own.tb_next
        sys.excepthook(type(error), error, own)
        raise SystemExit(1) from None
