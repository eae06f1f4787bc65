"""What Linux tells of running processes. One that has ended meanwhile tells nothing: "", 0, or no children."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes that it started, from whichever thread."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(text) for text in (thread / "children").read_text().split()]
    return found


def family(pid: int) -> list[int]:
    """It, its children, and theirs."""
    return [pid, *(member for child in children(pid) for member in family(child))]


def command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def processor_time(pid: int) -> tuple[float, float]:
    """CPU seconds of its own, and of its children that have ended and were waited for."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / TICK, sum(map(int, fields[13:15])) / TICK
    return 0.0, 0.0


def most_memory(pid: int) -> int:
    """The most that it held so far, kB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1])
    return 0
