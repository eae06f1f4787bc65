"""What is ours in a job folder: all of it in `.oneaxis/`, until the task is over.

A task may write files of any name, and empty its folder. So a result gets its place beside the task's files at the
end, where nothing else has its name; else it stays where it is, and the record says so.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

PLACE = ".oneaxis"
CURVES_FILE = "curves.jsonl"
PREDICTIONS_FILE = "predictions.npz"
HEAD = 200  # bytes that tell whose a file is
_LIKE_OURS = r'\s*\{\s*"schema":\s*\d+,\s*"%s"'


def made(job: Path) -> Path:
    """The place of ours in a job folder, made again where the task removed it."""
    place = job / PLACE
    place.mkdir(parents=True, exist_ok=True)
    return place


def show(job: Path, name: str) -> str | None:
    """Put a result beside the task's files if nothing there has its name; where it lies then, None if there is none."""
    kept, shown = job / PLACE / name, job / name
    if not kept.is_file():
        return None
    try:
        os.link(kept, shown)  # unlike a rename it replaces nothing
        kept.unlink()
    except FileExistsError:
        return f"{PLACE}/{name}"
    except OSError:  # a file system without hard links, or one that is full
        if os.path.lexists(shown):
            return f"{PLACE}/{name}"
        with contextlib.suppress(OSError):
            kept.rename(shown)
    return name if shown.is_file() else f"{PLACE}/{name}"


def result(job: Path, told: str | None, name: str) -> Path | None:
    """Where a result lies, as its record tells; None where it tells of none, or of a place that is none of ours."""
    return {name: job / name, f"{PLACE}/{name}": job / PLACE / name}.get(told or "")


def begins(path: Path, second: str) -> bool:
    """Whether a file begins as one of ours: with its schema, then the field `second`. A damaged one does, too."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD).decode("utf-8", "replace")
    except OSError:
        return False
    return re.match(_LIKE_OURS % second, head) is not None


def tidy(job: Path) -> None:
    """Remove our place if nothing is in it."""
    with contextlib.suppress(OSError):
        (job / PLACE).rmdir()
