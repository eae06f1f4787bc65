"""Run jobs on this machine, a fresh process each, as many at a time as there are workers."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import cloudpickle
from hydra.core.utils import JobReturn, JobStatus

from oneaxis.errors import TrialFailed, WorkerDied
from oneaxis.study.head_start import wanted
from oneaxis.study.returns import unpack_return
from oneaxis.study.wire import Closed, receive, send

SOURCE = Path(__file__).resolve().parents[2]  # where this very oneaxis is imported from
ENOUGH_LEFT = 2  # trials that must wait yet for the server to load what the first one had to load itself
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


@dataclass
class Running:
    """One process under way."""

    job: int
    pipe: int
    device: str | None
    deadline: float | None = None
    received: bytearray = field(default_factory=bytearray)
    ended: int | None = None
    closed: bool = False
    timed_out: bool = False


@dataclass(frozen=True)
class Places:
    """How many trials at a time, on which devices, and how long each may take (seconds)."""

    workers: int
    devices: tuple[str, ...] = ()
    timeout: float | None = None


class Server:
    """The process that trials are forked from. It starts to load modules at once; leaving the block ends it."""

    def __init__(self, head_start: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        self.control = ours
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, *interpreter_flags(), "-P", "-m", "oneaxis.study.server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])},
                start_new_session=True,  # Ctrl-C reaches the sweeper alone, which then ends all others
            )
        environment = dict(os.environ)
        for name in THREAD_VARIABLES:
            # Workers that use several threads each are many times slower than one thread each.
            environment.setdefault(name, "1")
        send(
            ours,
            {
                "do": "prepare",
                "path": list(sys.path),
                "argv": list(sys.argv),
                "cwd": str(Path.cwd()),
                "environment": environment,
                "modules": list(head_start),
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def abandon(self) -> None:
        """End the process at once, whatever it still loads: nothing will be run."""
        self._process.kill()

    def close(self) -> None:
        """End the process, and with it every trial that still runs."""
        self.control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Workers:
    """Runs the jobs of one study, forked from a server."""

    def __init__(self, server: Server, payload: bytes, places: Places) -> None:
        self._control = server.control
        self._places = places
        send(self._control, {"do": "share", "payload": payload})

    def run(
        self, jobs: Sequence[Callable[[], Any]], order: Sequence[int] | None = None
    ) -> Iterator[tuple[int, JobReturn]]:
        """Run jobs, each given as a function that composes its configuration; yield returns as they come.

        `order` are the jobs' places in the order in which they start.
        """
        waiting = list(range(len(jobs)) if order is None else order)[::-1]
        devices = list(self._places.devices)[::-1]
        running: dict[int, Running] = {}
        composed: dict[int, bytes] = {}  # the next job's configuration, made while all workers are busy
        taught = False
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            while waiting or running:
                while waiting and len(running) < self._places.workers:
                    job = waiting.pop()
                    config = composed.pop(job, None) or packed(jobs[job])
                    started = self._start(job, config, devices.pop() if devices else None)
                    running[job] = started
                    selector.register(started.pipe, selectors.EVENT_READ, started)
                if waiting and waiting[-1] not in composed:
                    composed[waiting[-1]] = packed(jobs[waiting[-1]])
                for key, _ in selector.select(self._patience(running)):
                    if key.fileobj is self._control:
                        self._hear(running)
                    else:
                        self._read(selector, key.data)
                self._end_overdue(running)
                for finished in [item for item in running.values() if item.closed and item.ended is not None]:
                    del running[finished.job]
                    if finished.device is not None:
                        devices.append(finished.device)
                    answer, loaded = answer_of(finished, self._places.timeout)
                    if loaded and not taught and len(waiting) >= ENOUGH_LEFT:
                        taught = True
                        send(self._control, {"do": "import", "modules": wanted(loaded)})
                    yield finished.job, answer

    def _start(self, job: int, config: bytes, device: str | None) -> Running:
        reader, writer = os.pipe()
        message = {
            "do": "run",
            "trial": job,
            "config": config,
            "environment": {} if device is None else {"CUDA_VISIBLE_DEVICES": device},
        }
        send(self._control, message, [writer])
        os.close(writer)
        return Running(job, reader, device)

    def _hear(self, running: Mapping[int, Running]) -> None:
        try:
            message, _ = receive(self._control)
        except (Closed, OSError) as error:
            raise TrialFailed("the server of the local launcher died; start the study again to go on") from error
        if "ended" in message:
            running[message["ended"]].ended = message["status"]
        elif self._places.timeout is not None:
            # Counted from here: a server that still loads modules must cost no trial its time.
            running[message["started"]].deadline = time.monotonic() + self._places.timeout

    @staticmethod
    def _read(selector: selectors.BaseSelector, item: Running) -> None:
        block = os.read(item.pipe, 1 << 16)
        if block:
            item.received += block
            return
        selector.unregister(item.pipe)
        os.close(item.pipe)
        item.closed = True

    @staticmethod
    def _patience(running: Mapping[int, Running]) -> float | None:
        deadlines = [item.deadline for item in running.values() if item.deadline is not None and not item.timed_out]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _end_overdue(self, running: Mapping[int, Running]) -> None:
        for item in running.values():
            if item.deadline is not None and not item.timed_out and time.monotonic() >= item.deadline:
                item.timed_out = True
                send(self._control, {"do": "kill", "trial": item.job})


def packed(compose: Callable[[], Any]) -> bytes:
    """A job's configuration for another process: by value, since its types may be the main script's."""
    return bytes(cloudpickle.dumps(compose()))


def answer_of(item: Running, timeout: float | None) -> tuple[JobReturn, list[str]]:
    """The job's return; made up as failed where the process died before it could answer."""
    if item.received and not item.timed_out:
        found = unpack_return(bytes(item.received))
        if found is not None:
            return found
    if item.timed_out:
        error = TrialFailed(f"it took longer than {timeout:g} s and was ended (hydra.sweeper.timeout_minutes)")
    else:
        error = WorkerDied(_ending(item.ended or 0))
    job = JobReturn(status=JobStatus.FAILED)
    job.return_value = error
    return job, []


def _ending(status: int) -> str:
    if status >= 0:
        return f"its process ended with status {status} before the task returned"
    name = signal.Signals(-status).name
    more = "; out of memory?" if name == "SIGKILL" else ""
    return f"its process was killed by {name}{more}"


def interpreter_flags() -> list[str]:
    """The interpreter flags that the app was started with, as far as they matter to its code."""
    flags = [f"-W{option}" for option in sys.warnoptions]
    if sys.flags.optimize:
        flags.append("-" + "O" * sys.flags.optimize)
    return flags
