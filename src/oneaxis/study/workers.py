"""Run jobs on this machine, a process each, as many at a time as there are workers."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from hydra.core.utils import JobReturn

from oneaxis.errors import TrialFailed, WorkerDied
from oneaxis.study.handle import SAY_AFTER, Server
from oneaxis.study.job import Ticket
from oneaxis.study.returns import KeptReturn, failed, unpack_return
from oneaxis.study.wire import Closed, receive, send

END_PATIENCE = 600.0  # seconds that a trial's program may take to end once its task has returned

log = logging.getLogger(__name__)


@dataclass
class Running:
    """One process under way."""

    job: int
    number: int
    pipe: int
    device: str | None
    process: int | None = None
    deadline: float | None = None
    received: bytearray = field(default_factory=bytearray)
    answer: KeptReturn | None = None
    answered: float | None = None
    told: bool = False
    ended: int | None = None
    closed: bool = False
    timed_out: bool = False


@dataclass(frozen=True)
class Places:
    """How many trials at a time, on which devices, and how long each may take (seconds)."""

    workers: int
    devices: tuple[str, ...] = ()
    timeout: float | None = None


class Workers:
    """Runs the jobs of one study, each in a process that a server starts.

    `ticket` lacks each job's configuration; `variables` tells what a job sets by `hydra.job.env_set`.
    """

    def __init__(self, server: Server, ticket: Ticket, places: Places) -> None:
        self._server = server
        self._control = server.control
        self._ticket = ticket
        self._places = places

    def run(
        self,
        jobs: Sequence[Callable[[], tuple[bytes, Mapping[str, str]]]],
        order: Sequence[int] | None = None,
    ) -> Iterator[tuple[int, JobReturn]]:
        """Run jobs, each given as a function that composes its configuration; yield returns as they come.

        A job's function gives the configuration's bytes and the variables that the job sets. `order` are the jobs'
        places in the order in which they start.
        """
        waiting = list(range(len(jobs)) if order is None else order)[::-1]
        devices = list(self._places.devices)[::-1]
        running: dict[int, Running] = {}  # by number
        composed: dict[int, tuple[bytes, Mapping[str, str]]] = {}  # the next job's, made while all workers are busy
        with _cleared_at_last(running), selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            while waiting or running:
                while waiting and len(running) < self._places.workers:
                    job = waiting.pop()
                    made = composed.pop(job, None) or jobs[job]()
                    started = self._start(job, made, devices.pop() if devices else None)
                    running[started.number] = started
                    selector.register(started.pipe, selectors.EVENT_READ, started)
                if waiting and waiting[-1] not in composed:
                    composed[waiting[-1]] = jobs[waiting[-1]]()
                for key, _ in selector.select(self._patience(running)):
                    if key.fileobj is self._control:
                        self._hear(running)
                    else:
                        self._read(selector, key.data)
                self._end_overdue(running)
                for finished in [item for item in running.values() if item.ended is not None]:
                    self._drain(selector, finished)
                    del running[finished.number]
                    if finished.device is not None:
                        devices.append(finished.device)
                    yield finished.job, answer_of(finished, self._places.timeout)

    def _start(self, job: int, made: tuple[bytes, Mapping[str, str]], device: str | None) -> Running:
        config, variables = made
        environment = {} if device is None else {"CUDA_VISIBLE_DEVICES": device}
        number = self._server.next_number()
        forks = self._ticket.value is not None or self._server.forks(variables)
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        ticket = replace(self._ticket, config=config, environment=environment)
        send(self._control, {"do": "run", "trial": number, "ticket": ticket, "warm": forks}, [writer])
        os.close(writer)
        return Running(job, number, reader, device)

    def _hear(self, running: Mapping[int, Running]) -> None:
        message, _ = receive(self._control)
        item = running.get(message.get("ended", message.get("started", -1)))
        if item is None:  # of an earlier batch
            return
        if "ended" in message:
            item.ended = message["status"]
            return
        item.process = message.get("process")
        if self._places.timeout is not None:
            # Counted from here: a server that still loads modules must cost no trial its time.
            item.deadline = time.monotonic() + self._places.timeout

    @staticmethod
    def _read(selector: selectors.BaseSelector, item: Running) -> bool:
        """Take a block of an answer; False where none is there."""
        try:
            block = os.read(item.pipe, 1 << 20)
        except BlockingIOError:
            return False
        if item.answer is None:
            item.received += block
            item.answer = unpack_return(item.received)
            if item.answer is not None:
                item.received, item.answered = bytearray(), time.monotonic()
        if not block:
            Workers._close(selector, item)
        return bool(block)

    @staticmethod
    def _drain(selector: selectors.BaseSelector, item: Running) -> None:
        """Read what a process wrote before it ended; what it left running may hold the pipe open."""
        while not item.closed and Workers._read(selector, item):
            pass
        Workers._close(selector, item)

    @staticmethod
    def _close(selector: selectors.BaseSelector, item: Running) -> None:
        if not item.closed:
            selector.unregister(item.pipe)
            os.close(item.pipe)
            item.closed = True

    def _patience(self, running: Mapping[int, Running]) -> float | None:
        moments = [item.deadline for item in running.values() if item.deadline is not None and not item.timed_out]
        answered = [item for item in running.values() if not item.timed_out]
        moments += [
            item.answered + (END_PATIENCE if item.told else SAY_AFTER) for item in answered if item.answered is not None
        ]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _end_overdue(self, running: Mapping[int, Running]) -> None:
        now = time.monotonic()
        for item in running.values():
            if item.timed_out or item.ended is not None:
                continue
            late = item.deadline is not None and now >= item.deadline
            if item.answered is not None:
                late = late or now >= item.answered + END_PATIENCE
                if not item.told and now >= item.answered + SAY_AFTER:
                    item.told = True
                    log.warning(
                        "a trial's task has returned, and its program doesn't end: threads, child processes or exit "
                        "handlers are waited for, %.0f s at most",
                        END_PATIENCE,
                    )
            if late:
                item.timed_out = True
                send(self._control, {"do": "kill", "trial": item.number})


@contextmanager
def _cleared_at_last(running: Mapping[int, Running]) -> Iterator[None]:
    """Leave no pipe open where a batch is broken off, and no process where the server, which ends them, is gone."""
    try:
        yield
    except (Closed, ConnectionError) as error:
        for item in running.values():
            if item.process is not None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(item.process, signal.SIGKILL)
        raise TrialFailed("the server of the local launcher died; start the study again to go on") from error
    finally:
        for item in running.values():
            if not item.closed:
                os.close(item.pipe)


def answer_of(item: Running, timeout: float | None) -> JobReturn:
    """The job's return; made up as failed where the process died before it could answer."""
    if item.answer is not None:
        if item.ended not in (0, 1) or item.timed_out:
            log.warning(
                "a trial's program ended badly after its task had returned: %s",
                "it was killed, as it didn't end" if item.timed_out else _ending(item.ended or 0),
            )
        return item.answer
    if item.timed_out:
        return failed(TrialFailed(f"it took longer than {timeout:g} s and was ended (hydra.sweeper.timeout_minutes)"))
    before = " before the task returned" if (item.ended or 0) >= 0 else ""
    return failed(WorkerDied(_ending(item.ended or 0) + before))


def _ending(status: int) -> str:
    if status >= 0:
        return f"its process ended with status {status}"
    name = signal.Signals(-status).name
    more = "; out of memory?" if name == "SIGKILL" else ""
    return f"its process was killed by {name}{more}"
