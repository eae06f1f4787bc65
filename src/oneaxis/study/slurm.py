"""What Slurm's queue says of this user's jobs, asked now and then."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time

from oneaxis.errors import QueueSilent

# As Slurm names the states of jobs that won't run again.
OVERDUE = frozenset(("TIMEOUT", "DEADLINE"))
CANCELLED = frozenset(("CANCELLED", "REVOKED"))
_ENDED = frozenset(("BOOT_FAIL", "COMPLETED", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "SPECIAL_EXIT"))
ENDED = _ENDED | OVERDUE | CANCELLED
SHORTEST, LONGEST = 2.0, 30.0  # seconds between two questions, longer each time
USUAL_ARRAY = 1000
PATIENCE = 60.0  # seconds that an answer may take


def reachable() -> bool:
    """Whether this machine belongs to a cluster at all."""
    return shutil.which("squeue") is not None


def longest_array() -> int:
    """The most jobs that one array may have here."""
    try:
        told = _told("scontrol", "show", "config")
    except (OSError, subprocess.SubprocessError):
        return USUAL_ARRAY
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", told, re.MULTILINE)
    return max(1, int(found[1])) if found else USUAL_ARRAY


class Queue:
    """The states of this user's jobs."""

    def __init__(self) -> None:
        self._states: dict[str, tuple[str, str]] = {}
        self._asked = float("-inf")
        self._pause = SHORTEST
        self._known: frozenset[str] = frozenset()  # of the last answer

    def holds(self, job: str) -> bool:
        """Whether a job waits or runs.

        Raises
        ------
        QueueSilent
            If the queue doesn't answer.
        """
        if time.monotonic() - self._asked >= SHORTEST:
            self._ask()
        return self._alive(job)

    def may_hold(self, job: str) -> bool:
        """The same, from an answer that may be some seconds old; yes where the queue doesn't answer."""
        if time.monotonic() - self._asked < self._pause and job in self._known:
            return self._alive(job)
        if time.monotonic() - self._asked < SHORTEST:
            return True
        self._pause = min(LONGEST, 1.5 * self._pause)
        try:
            self._ask()
        except QueueSilent:
            self._asked = time.monotonic()
            return True
        return self._alive(job)

    def last(self, job: str) -> tuple[str, str]:
        """A job's last known state and node; empty where the queue never told."""
        return self._states.get(job, ("", ""))

    def _alive(self, job: str) -> bool:
        return job in self._known and self._states[job][0] not in ENDED

    def _ask(self) -> None:
        every = ("--noheader", "--array", "--states=all", "--format=%i|%T|%N", f"--user={os.getuid()}")
        try:
            told = _told("squeue", *every)
        except (OSError, subprocess.SubprocessError) as error:
            reason = (getattr(error, "stderr", "") or str(error)).strip()
            raise QueueSilent(f"squeue doesn't answer ({reason}); try again when it does") from error
        self._asked = time.monotonic()
        lines = [line.split("|") for line in told.splitlines()]
        answer = {line[0]: (line[1], line[2]) for line in lines if len(line) == 3}  # noqa: PLR2004 - as asked for
        self._known = frozenset(answer)
        self._states.update(answer)


def _told(*command: str) -> str:
    ended = subprocess.run(  # noqa: S603 - Slurm's own
        command, check=True, capture_output=True, text=True, errors="replace", timeout=PATIENCE
    )
    return ended.stdout
