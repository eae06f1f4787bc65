"""`times.json`: when a study's stages began and ended, a line for each time it was started."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import textwrap
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from oneaxis.analysis.where_time_went import Marks, TimeReport, spans, where_time_went
from oneaxis.errors import BadRecord
from oneaxis.report.table import duration
from oneaxis.trial.codec import SCHEMA, read_json, write_json
from oneaxis.vocabulary import Record

TIMES_FILE = "times.json"
WORTH_TELLING = 5.0  # seconds of wall
LINE = 80  # columns, also in a pipe
INDENT = " " * 6
GLUE = "\N{NO-BREAK SPACE}"  # a number stays beside its name and unit


class Stages:
    """The clock of a study under way: `mark` ends a stage."""

    def __init__(self) -> None:
        self._marks = {"started": process_started(), "planning": time.time()}

    def mark(self, stage: str) -> None:
        self._marks[stage] = time.time()

    def marks(self) -> Marks:
        """All moments; a stage that wasn't reached ended with the one before it."""
        last = self._marks["started"]
        found: dict[str, float] = {}
        for field in dataclasses.fields(Marks):
            last = found[field.name] = max(last, self._marks.get(field.name, last))
        return Marks(**found)


def process_started() -> float:
    """When this process began, in seconds since 1970: from the kernel, else from now."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        ticks = float(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - (uptime - ticks / os.sysconf("SC_CLK_TCK"))
    return time.time()


def keep_marks(root: Path, marks: Marks) -> None:
    """Add one sitting to `times.json`; a full disk costs only this."""
    sittings = [*read_marks(root), marks]
    with contextlib.suppress(OSError):
        write_json(
            {"schema": SCHEMA, "sittings": [dataclasses.asdict(sitting) for sitting in sittings]}, root / TIMES_FILE
        )


def read_marks(root: Path) -> tuple[Marks, ...]:
    """Every sitting of a study, the first one first; none where the file is missing or damaged."""
    try:
        return tuple(Marks(**sitting) for sitting in read_json(root / TIMES_FILE)["sittings"])
    except (FileNotFoundError, BadRecord, KeyError, TypeError):
        return ()


def time_report(root: Path, records: Iterable[Record]) -> TimeReport | None:
    """Where the time of a study's last sitting went; from its trials alone where nothing else is known."""
    found = list(records)
    moments = {text: _seconds(text) for record in found for text in (record.started, record.ended)}
    sittings = read_marks(root)
    known = {text: moment for text, moment in moments.items() if moment is not None}
    return where_time_went(spans(found, known), sittings[-1] if sittings else None)


def time_line(report: TimeReport | None) -> str:
    """The report in a line or two; nothing for what took no time worth telling."""
    if report is None or report.wall < WORTH_TELLING:
        return ""
    shares = ", ".join(
        f"{name} {duration(seconds)}".replace(" ", GLUE)
        for name, seconds in report.shares.items()
        if seconds >= 0.01 * report.wall
    )
    side = f", {report.workers} at a time" if report.workers > 1 else ""
    trials = f"{report.trials} trial" + ("" if report.trials == 1 else "s")
    filled = textwrap.fill(shares, LINE, initial_indent=INDENT, subsequent_indent=INDENT)
    return f"\ntime: {duration(report.wall)}, {trials}{side}\n" + filled.replace(GLUE, " ")


def _seconds(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
