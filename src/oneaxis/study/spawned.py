"""A new interpreter per trial, where no process can be forked: slower by all that a trial imports.

`python -m oneaxis.study.spawned ANSWER` reads its job from standard input and writes its return into a file. It
ends when its input ends, which is when the sweeping process is gone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cloudpickle
from hydra.core.utils import JobReturn

from oneaxis.study.workers import SOURCE, THREAD_VARIABLES, Places, Running, answer_of, interpreter_flags

COST = (
    "processes can't be forked here: each trial starts Python anew and imports all that it needs, "
    "which takes it seconds"
)
LOOK_EVERY = 0.5  # seconds: where waiting on a queue can't be interrupted, Ctrl-C is seen then


def can_fork() -> bool:
    """Whether trials are forked from a warm server. `ONEAXIS_SPAWN` set in the environment says no."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds") and "ONEAXIS_SPAWN" not in os.environ


class Spawned:
    """Runs the jobs of one study, a new interpreter each."""

    def __init__(self, payload: bytes, places: Places) -> None:
        self._payload = payload
        self._places = places

    def run(self, jobs: Sequence[Callable[[], Any]], order: Sequence[int]) -> Iterator[tuple[int, JobReturn]]:
        """As `Workers.run`."""
        waiting = list(order)[::-1]
        devices = list(self._places.devices)[::-1]
        running: dict[int, subprocess.Popen[bytes]] = {}
        ended: queue.SimpleQueue[Running] = queue.SimpleQueue()
        with tempfile.TemporaryDirectory(prefix="oneaxis-") as folder:
            try:
                while waiting or running:
                    while waiting and len(running) < self._places.workers:
                        job = Running(waiting.pop(), -1, devices.pop() if devices else None)
                        answer = Path(folder) / str(job.job)
                        message = self._message(jobs[job.job]())
                        running[job.job] = process = self._start(job.device, answer)
                        # A pipe takes no more than its other side reads: fed from beside.
                        threading.Thread(
                            target=self._attend, args=(process, message, job, answer, ended), daemon=True
                        ).start()
                    try:
                        finished = ended.get(timeout=LOOK_EVERY)
                    except queue.Empty:
                        continue
                    del running[finished.job]
                    if finished.device is not None:
                        devices.append(finished.device)
                    yield finished.job, answer_of(finished, self._places.timeout)[0]
            finally:
                for process in running.values():
                    _end(process)

    def _message(self, config: Any) -> bytes:
        message: Mapping[str, Any] = {
            "path": list(sys.path),
            "argv": list(sys.argv),
            "payload": self._payload,
            "config": cloudpickle.dumps(config),
        }
        return pickle.dumps(message)

    @staticmethod
    def _start(device: str | None, answer: Path) -> subprocess.Popen[bytes]:
        environment = dict(os.environ)
        for name in THREAD_VARIABLES:
            environment.setdefault(name, "1")
        if device is not None:
            environment["CUDA_VISIBLE_DEVICES"] = device
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, *interpreter_flags(), "-P", "-m", "oneaxis.study.spawned", str(answer)],
            stdin=subprocess.PIPE,
            env={**environment, "PYTHONPATH": os.pathsep.join([str(SOURCE), environment.get("PYTHONPATH", "")])},
            start_new_session=True,  # Ctrl-C is the sweeper's; a trial's own children end with it
        )

    def _attend(
        self,
        process: subprocess.Popen[bytes],
        message: bytes,
        job: Running,
        answer: Path,
        ended: queue.SimpleQueue[Running],
    ) -> None:
        """Hand a process its job, wait for its end, at most as long as it may take."""
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # it died at once: told by its status
            process.stdin.write(message)
            process.stdin.flush()
        try:
            process.wait(self._places.timeout)
        except subprocess.TimeoutExpired:
            job.timed_out = True
        _end(process)
        job.ended = process.returncode
        with contextlib.suppress(OSError):
            job.received += answer.read_bytes()
            answer.unlink()
        ended.put(job)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process, and what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
    process.wait()
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()


def main(answer: str) -> int:
    """Run the one job that standard input brings."""
    message = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.path[:] = message["path"]
    sys.argv[:] = message["argv"]
    from oneaxis.study.job import run_one, unpack  # noqa: PLC0415 - with the app's own search path

    descriptor = os.open(answer, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    return run_one(lambda: unpack(message["payload"]), {"environment": {}, "config": message["config"]}, descriptor)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)  # with all that the trial started
    os._exit(3)


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))
