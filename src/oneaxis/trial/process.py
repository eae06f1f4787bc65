"""Processes told apart for good: by machine, number and moment of start."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path


@cache
def machine_id() -> str:
    """What tells this machine, since its last start, and this container from others."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return platform.node()
    return f"{platform.node()} {boot} {space}"


def start_mark(process: int) -> str:
    """When a process started, in the system's own count; empty where that can't be told."""
    fields = _stat(process)
    return fields[19] if fields else ""


def alive(process: int, started: str) -> bool:
    """Whether a process of this machine still runs, and is the one that started then."""
    fields = _stat(process)
    if fields is not None:
        return fields[0] not in "ZX" and (not started or fields[19] == started)
    if Path("/proc/self/stat").exists():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def descendants(process: int) -> list[int]:
    """What a process started, and what that started, as far as the system tells; a daemon is nobody's any more."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields is not None:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(children.get(process, ()))
    for child in found:  # grows
        found += children.get(child, ())
    return found


def _stat(process: int) -> list[str] | None:
    """The fields of /proc/N/stat from the state on."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
