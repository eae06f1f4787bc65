"""Progress: one live line on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from oneaxis.report.table import duration
from oneaxis.report.terminal import PLAIN_WIDTH, say
from oneaxis.vocabulary import Record, Trial

PLAIN_EVERY = 5.0  # seconds between lines where there is no terminal
SILENT = 2.0  # seconds: what is over sooner needs no progress


@contextmanager
def waiting(console: Console, what: str) -> Iterator[None]:
    """Say what is waited for: at once on a terminal, elsewhere if it takes long."""
    if console.is_terminal:
        with console.status(what):
            yield
        return
    late = threading.Timer(SILENT, say, (console, what))
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


class Progress:
    """Counts what is done, running and failed, and tells about how long the rest takes."""

    def __init__(self, console: Console, total: int, *, verb: str) -> None:
        self._console = console
        self._total = total
        self._verb = verb
        self._done = 0
        self._failed = 0
        self._running = 0
        self._started = time.monotonic()
        self._first_done = self._started
        self._spoken = self._started - PLAIN_EVERY + SILENT
        self._lock = threading.Lock()
        self._live = Live(get_renderable=self._line, console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def advance(self, *, failed: bool = False) -> None:
        """One more is done."""
        with self._lock:
            self._done += 1
            if self._done == 1:
                self._first_done = time.monotonic()
            self._failed += failed
            quiet = time.monotonic() - self._spoken < PLAIN_EVERY
            if self._console.is_terminal or quiet or self._done == self._total:
                return
            self._spoken = time.monotonic()
        self.say(str(self._line()))

    def running(self, count: int) -> None:
        """How many are under way."""
        self._running = count

    def say(self, text: str) -> None:
        """A line that stays, above the live one."""
        say(self._console, text)

    def _line(self) -> Text:
        spent = time.monotonic() - self._started
        text = f"{self._verb} {self._done}/{self._total}"
        if self._running:
            text += f", {self._running} running"
        if self._failed:
            text += f", {self._failed} failed"
        if self._done > 1:
            # The first one also waited for imports: it says little about the others.
            pace = (time.monotonic() - self._first_done) / (self._done - 1)
            text += f", about {duration(pace * (self._total - self._done))} left"
        else:
            text += f", {duration(max(spent, 0.1))}"
        return Text(text)


def failure_line(trial: Trial, record: Record, *, several_seeds: bool) -> str:
    """`failed: model.C=0 · seed 2: ValueError: …`, in one line."""
    failure = record.failure
    reason = f"{failure.kind}: {failure.message}" if failure else record.status
    first = reason.splitlines()[0] if reason else ""
    return f"{record.status}: {trial.label(several_seeds=several_seeds)}: {first:.300}"


def first_result(trial: Trial, record: Record, *, several_seeds: bool) -> str:
    """The reference's first metrics, as many as fit into one line."""
    line = f"{trial.label(several_seeds=several_seeds)}:"
    for name, value in record.metrics.items():
        item = f" {name} {value:.4g}"
        if len(line) + len(item) >= PLAIN_WIDTH and not line.endswith(":"):
            break
        line += item if line.endswith(":") else f",{item}"
    return line
