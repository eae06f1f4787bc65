"""The process that every local trial is forked from: it has the heavy imports loaded and does nothing else.

Started by `oneaxis.study.workers`, told over a socket. It starts no threads, so that forking is safe.
When the socket closes, the sweeping process is gone: all trials are killed, and so ends this process.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oneaxis.study.wire import Closed, receive, send

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(descriptor: int) -> None:
    """Serve until the other side goes."""
    with socket.socket(fileno=descriptor) as control:
        control.set_inheritable(False)
        _Server(control).serve()


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._load: Callable[[], Any] = dict
        self._children: dict[int, int] = {}  # process → trial
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the sweeper's to handle

    def serve(self) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._control, selectors.EVENT_READ)
            waiting.register(self._wake_reader, selectors.EVENT_READ)
            try:
                while True:
                    for key, _ in waiting.select():
                        if key.fileobj is self._control:
                            self._obey(*receive(self._control))
                        else:
                            os.read(self._wake_reader, 4096)
                    self._reap()
            except (Closed, OSError):
                self._kill(list(self._children))
                for process in self._children:
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(process, 0)

    def _obey(self, message: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        match message["do"]:
            case "prepare":
                sys.path[:] = message["path"]
                sys.argv[:] = message["argv"]
                os.environ.clear()
                os.environ.update(message["environment"])
                os.chdir(message["cwd"])
                _import_all(message["modules"])
            case "share":
                self._prepare(message["payload"])
            case "import":
                _import_all(message["modules"])
            case "run":
                self._fork(message, descriptors[0])
            case "kill":
                self._kill([process for process, trial in self._children.items() if trial == message["trial"]])

    def _prepare(self, payload: bytes) -> None:
        """Load once what every trial shares; where that fails, each trial tries, fails and says why."""
        from oneaxis.study.job import unpack  # noqa: PLC0415 - imported by the message's modules before

        try:
            shared = unpack(payload)
        except Exception:  # noqa: BLE001 - see above
            self._load = lambda: unpack(payload)
        else:
            self._load = lambda: shared

    def _fork(self, message: Mapping[str, Any], answer: int) -> None:
        gc.freeze()  # what is loaded stays shared memory
        with warnings.catch_warnings():
            if threading.active_count() == 1:
                # From 3.12 on Python warns of every thread. Those of libraries know what to do in a fork: Arrow's
                # allocator, which scikit-learn loads by way of pandas, has one from its import on.
                warnings.filterwarnings("ignore", ".*multi-threaded, use of fork", DeprecationWarning)
            process = os.fork()
        if process == 0:
            status = 1
            try:
                self._become_trial()
                from oneaxis.study.job import run_one  # noqa: PLC0415 - as above

                status = run_one(self._load, message, answer)
            finally:
                os._exit(status)
        os.close(answer)
        self._children[process] = message["trial"]
        send(self._control, {"started": message["trial"]})

    def _become_trial(self) -> None:
        self._control.close()
        signal.set_wakeup_fd(-1)
        os.close(self._wake_reader)
        os.close(self._wake_writer)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setpgid(0, 0)  # a trial's own subprocesses are killed with it
        _die_with_parent()

    def _reap(self) -> None:
        while self._children:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            trial = self._children.pop(process, None)
            if trial is not None:
                self._kill_group(process)
                send(self._control, {"ended": trial, "status": os.waitstatus_to_exitcode(status)})

    def _kill(self, processes: Sequence[int]) -> None:
        for process in processes:
            self._kill_group(process)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    @staticmethod
    def _kill_group(process: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)


def _import_all(modules: Sequence[str]) -> None:
    for name in modules:
        with contextlib.suppress(Exception, SystemExit), warnings.catch_warnings():
            # Only a head start: what can't be imported here, the trial imports or fails on by itself.
            warnings.simplefilter("ignore")
            importlib.import_module(name)


def _die_with_parent() -> None:
    """On Linux the kernel ends a trial whose server is killed; elsewhere the server's own end does."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(int(sys.argv[1]))
