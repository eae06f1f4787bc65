"""Who works in a study's folder: one process at a time, and a dead one holds nothing.

A claim is a numbered file that is made exclusively; the highest number holds. Numbers only grow, so that of any
who take over from the same dead process exactly one succeeds, on network file systems too.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oneaxis.trial.process import alive, machine_id, start_mark

BEAT = 10.0  # seconds between signs of life, for those who can't see the process itself
SILENT = 90.0  # seconds without one: dead
_NAME = re.compile(r"^\.claim-(\d+)\.json$")


@dataclass(frozen=True)
class Owner:
    """The process that holds a folder."""

    host: str
    machine: str
    process: int
    started: str

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}"


class Claim:
    """A folder held by this process, until `release` or its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._released = threading.Event()
        threading.Thread(target=self._beat, name="oneaxis-claim", daemon=True).start()

    def release(self) -> None:
        """Let others have the folder. The file stays: its number is used up."""
        if not self._released.is_set():
            self._released.set()
            with contextlib.suppress(OSError):  # a full disk: this process' end releases it as well
                _replace(self._path, {"released": True})

    def _beat(self) -> None:
        while not self._released.wait(BEAT):
            with contextlib.suppress(OSError):
                os.utime(self._path)


def take(root: Path) -> Claim | Owner:
    """Claim a folder that exists; the living owner where there is one.

    Raises
    ------
    OSError
        If the folder can't be written.
    """
    while True:
        number, owner = _holder(root)
        if owner is not None:
            return owner
        claim = root / f".claim-{number + 1}.json"
        if _make(claim, asdict(Owner(os.uname().nodename, machine_id(), os.getpid(), start_mark(os.getpid())))):
            for older, path in _claims(root).items():
                if older <= number:
                    path.unlink(missing_ok=True)
            return Claim(claim)


def owner_of(root: Path) -> Owner | None:
    """The living process that works in a folder."""
    return _holder(root)[1]


def died(root: Path) -> bool:
    """Whether the process that worked here last ended without a word."""
    claims = _claims(root)
    return bool(claims) and "process" in (_read(claims[max(claims)]) or {}) and owner_of(root) is None


def _holder(root: Path) -> tuple[int, Owner | None]:
    """The highest number used, and who lives behind it."""
    claims = _claims(root)
    if not claims:
        return 0, None
    number = max(claims)
    content = _read(claims[number])
    if content is None or "process" not in content:
        return number, None
    owner = Owner(content["host"], content["machine"], content["process"], content["started"])
    if owner.machine == machine_id():
        return number, owner if alive(owner.process, owner.started) else None
    return number, owner if _beats(claims[number]) else None


def _claims(root: Path) -> dict[int, Path]:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return {int(found[1]): path for path in root.iterdir() if (found := _NAME.match(path.name))}
    return {}


def _read(path: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(path.read_text(encoding="utf-8")))
    return None


def _make(path: Path, content: dict[str, Any]) -> bool:
    """Make a file with its whole content, unless somebody else has."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    partial.write_text(json.dumps(content), encoding="utf-8")
    try:
        os.link(partial, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links: exclusive all the same, whole a moment later
        try:
            with path.open("x", encoding="utf-8") as made:
                made.write(json.dumps(content))
        except FileExistsError:
            return False
    finally:
        partial.unlink(missing_ok=True)
    return True


def _replace(path: Path, content: dict[str, Any]) -> None:
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    partial.write_text(json.dumps(content), encoding="utf-8")
    partial.replace(path)


def _beats(path: Path) -> bool:
    """Whether the last sign of life is young, by the clock of the file system: hosts' own may differ."""
    probe = path.with_name(f".clock-{secrets.token_hex(4)}")
    try:
        probe.touch()
        return probe.stat().st_mtime - path.stat().st_mtime < SILENT
    except OSError:
        return True  # unknown: nobody's folder is taken on a guess
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
