"""Make a study that was broken off ready to go on: finished records stay, all else moves into `.oneaxis/attempts/`."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oneaxis.errors import BadRecord
from oneaxis.study.folder import StudyFolder
from oneaxis.study.submitted import Jobs, Submitted, waiting_lines
from oneaxis.trial.process import machine_id
from oneaxis.trial.running import lives, running, set_aside
from oneaxis.vocabulary import Study, Trial

PATIENCE = 10.0  # seconds that a process may take to be gone


def clear(folder: StudyFolder, study: Study) -> tuple[tuple[str, ...], tuple[Submitted, ...]]:
    """Set aside what failed, was refused, is damaged or was broken off; lines on what was found.

    Ends jobs of the dead sweeping process that still run on this machine: their trials run again. Jobs that still wait
    or run in a queue stay there; they are returned.

    Raises
    ------
    QueueSilent
        If a queue has jobs of this study and can't be asked.
    """
    jobs = Jobs(folder.root)
    submitted = {job.trial: job for job in jobs.queued()}
    queued: list[Submitted] = []
    again = {"failed": 0, "refused": 0, "damaged": 0, "broken off": 0}
    ended = 0
    elsewhere: set[str] = set()
    for trial in study.plan.trials:
        job = folder.job(trial.folder)
        state = _state(folder, study, trial)
        if state == "finished":
            continue
        if state == "broken off" and (found := submitted.get(trial.index) or jobs.working(job, trial)):
            queued.append(found)
            continue
        held = running(job)
        if held is not None:
            ended += _end(job, held)
            if held.get("machine") != machine_id():
                elsewhere.add(str(held.get("host", "another machine")))
        if set_aside(job) is not None:
            again[state] += 1
    lines = []
    if any(again.values()):
        counts = ", ".join(f"{count} {state}" for state, count in again.items() if count)
        lines.append(f"runs again: {counts}; what they left is kept in their folders, .oneaxis/attempts/")
    if ended:
        lines.append(f"ended: {ended} jobs that outlived the process which had started them")
    if elsewhere:
        lines.append(
            f"note: jobs on {', '.join(sorted(elsewhere))} may still run; whichever record is there first counts"
        )
    lines.extend(waiting_lines(queued))
    return tuple(lines), tuple(queued)


def _state(folder: StudyFolder, study: Study, trial: Trial) -> str:
    try:
        record = folder.record(trial.folder)
    except BadRecord:
        return "damaged"
    # A record of another study is none of this one's.
    return record.status if record is not None and record.study == study.id else "broken off"


def _end(job: Path, held: Mapping[str, Any]) -> int:
    if not lives(job):
        return 0
    process = int(held["process"])
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while lives(job) and time.monotonic() < deadline:
        time.sleep(0.05)
    return 1
