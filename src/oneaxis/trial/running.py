"""A trial's job folder while its job runs: held by one process, and what a process that dies leaves there."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import platform
import secrets
import sys
from pathlib import Path
from typing import Any, Self

from oneaxis.errors import BadRecord, TrialTaken
from oneaxis.trial.codec import RECORD_FILE, read_record, record_file
from oneaxis.trial.handover import ANSWER_FILE
from oneaxis.trial.own import CURVES_FILE, PLACE, PREDICTIONS_FILE, made, result, tidy
from oneaxis.trial.process import alive, machine_id, start_mark

RUNNING_FILE = "running.json"
FAULT_FILE = "fault.txt"
ATTEMPTS = "attempts"
TAIL = 4000  # characters of a log that are kept
TIMED_OUT = "Timeout ("  # how Python's fault handler begins


class Hold:
    """While this block runs, the job folder is this process'.

    Python's own account of a crash, and of a job over its `limit` (seconds; the process then ends), lands in
    `fault.txt`. Both lie in our place there: the task may empty the folder, and give its own files any name.
    """

    def __init__(self, folder: Path, study: str, *, limit: float | None = None) -> None:
        self._path = folder / PLACE / RUNNING_FILE
        self._fault_path = folder / PLACE / FAULT_FILE
        self._folder = folder
        self._study = study
        self._limit = limit
        self._token = secrets.token_hex(8)
        self._fault: tuple[int, os.stat_result] | None = None
        self._process = os.getpid()

    def __enter__(self) -> Self:
        """Take the folder.

        Raises
        ------
        TrialTaken
            If another process works at this trial, or has done it.
        """
        if _recorded(self._folder, self._study):
            raise TrialTaken(f"{self._folder} holds a record already: another process ran this trial")
        held = running(self._folder)
        if held is not None:
            if not _restarted(held) and (held.get("machine") != machine_id() or _lives(held)):
                raise TrialTaken(f"process {held.get('process')} on {held.get('host')} works at this trial")
            set_aside(self._folder)
        set_results_aside(self._folder)  # of another study, which was here before
        self._begin()
        if not faulthandler.is_enabled():
            with contextlib.suppress(OSError):
                file = os.open(self._fault_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
                self._fault = file, os.fstat(file)
                faulthandler.enable(file)
        if self._limit is not None:
            place: Any = sys.stderr if self._fault is None else self._fault[0]
            faulthandler.dump_traceback_later(self._limit, exit=True, file=place)
        return self

    @property
    def forked(self) -> bool:
        """Whether this process is a copy of the one that holds the folder: the task forked it, and both return."""
        return os.getpid() != self._process

    def __exit__(self, *_: object) -> None:
        if self.forked:
            return
        if self._limit is not None:
            faulthandler.cancel_dump_traceback_later()
        if self._fault is not None:
            faulthandler.disable()
            file, ours = self._fault
            with contextlib.suppress(OSError):
                # A task that closes all descriptors may have opened a file of its own under this one's number.
                if os.path.samestat(os.fstat(file), ours):
                    os.close(file)
            with contextlib.suppress(OSError):
                self._fault_path.unlink()
        held = running(self._folder)
        if held is not None and held.get("token") == self._token:
            with contextlib.suppress(OSError):
                self._path.unlink()
        tidy(self._folder)

    def still(self) -> bool:
        """Whether nobody took the trial over meanwhile: a study that was resumed while this job ran on."""
        held = running(self._folder)
        if held is None:
            return not _recorded(self._folder, self._study)  # whoever took it over has ended
        return bool(held.get("token") == self._token)

    def _begin(self) -> None:
        content = {
            "schema": 1,
            "token": self._token,
            "host": platform.node(),
            "machine": machine_id(),
            "process": os.getpid(),
            "started": start_mark(os.getpid()),
            "job": _job(),
            "queue": os.environ.get("SUBMITIT_EXECUTOR", ""),
        }
        made(self._folder)
        try:
            with self._path.open("x", encoding="utf-8") as file:
                json.dump(content, file)
        except FileExistsError:
            raise TrialTaken(f"another process works at {self._folder}") from None


def running(job: Path) -> dict[str, Any] | None:
    """What the process that works, or worked, in a job folder says of itself."""
    try:
        return dict(json.loads((job / PLACE / RUNNING_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}


def lives(job: Path) -> bool:
    """Whether a process of this machine works in a job folder."""
    held = running(job)
    return held is not None and held.get("machine") == machine_id() and _lives(held)


def queue_job(job: Path) -> str:
    """The job of Slurm's queue that works, or worked, in a job folder; empty where it is none."""
    held = running(job) or {}
    return str(held.get("job") or "") if held.get("queue") == "slurm" else ""


def set_aside(job: Path) -> Path | None:
    """Move what an attempt left, the task's files and ours, into `.oneaxis/attempts/N`; where it went, if anything did.

    The MLflow run's address stays: the next attempt's mirror needs it.
    """
    own = job / PLACE
    left = [path for path in _listed(job) if path != own]
    left += [path for path in _listed(own) if path.name not in (ATTEMPTS, ANSWER_FILE)]
    return _moved(job, left) if left else None


def set_results_aside(job: Path) -> None:
    """The same for what an earlier run in this folder left as its results; the task's files stay."""
    left = [job / PLACE / name for name in (RECORD_FILE, CURVES_FILE, PREDICTIONS_FILE)]
    with contextlib.suppress(BadRecord):
        record = read_record(job)
        if record is not None:
            # Records of earlier versions tell of a curve where there is none; such a file is the task's.
            curves = record.curves if "curves" in record.outputs else None
            told = (
                record_file(job),
                result(job, curves, CURVES_FILE),
                result(job, record.predictions, PREDICTIONS_FILE),
            )
            left += filter(None, told)
    there = [path for path in dict.fromkeys(left) if path.is_file()]
    if there:
        _moved(job, there)


def _moved(job: Path, left: list[Path]) -> Path:
    """Move these into the next folder for an attempt, each to its place there."""
    own = job / PLACE
    number = 1 + max((int(path.name) for path in _listed(own / ATTEMPTS) if path.name.isdecimal()), default=0)
    place = _made(own / ATTEMPTS, number)
    (place / PLACE).mkdir()
    for path in left:
        with contextlib.suppress(FileNotFoundError):  # a temporary name that was just renamed
            path.rename(place / path.relative_to(job))
    tidy(place)
    return place


def timed_out(job: Path) -> bool:
    """Whether the job that ended here ended by its time limit."""
    return _tail(job / PLACE / FAULT_FILE, TAIL * 10).startswith(TIMED_OUT)


def last_output(job: Path) -> str:
    """What a process that died left behind: Python's account of the crash, the end of its logs."""
    parts = []
    held = running(job) or {}
    submitted = str(held.get("job") or "")
    places = [job / PLACE / FAULT_FILE, *sorted(job.glob("*.log"))]
    if submitted:
        places += sorted((job.parent / ".submitit" / submitted).glob("*_log.err"))
    for path in places:
        text = _tail(path, TAIL).strip()
        if text:
            parts.append(f"{path.name}:\n{text}")
    return "\n".join(parts)


def _made(folder: Path, number: int) -> Path:
    """The first folder from this number on that nobody else makes at the same moment."""
    while True:
        try:
            (folder / str(number)).mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder / str(number)


def _recorded(job: Path, study: str) -> bool:
    try:
        record = read_record(job)
    except BadRecord:
        return False
    return record is not None and record.study == study


def _restarted(held: dict[str, Any]) -> bool:
    """Whether this process is that job again: started anew by its own launcher after it was preempted."""
    return bool(_job()) and held.get("job") == _job()


def _lives(held: dict[str, Any]) -> bool:
    process = held.get("process")
    return isinstance(process, int) and process != os.getpid() and alive(process, str(held.get("started", "")))


def _job() -> str:
    """The job that this process is, as its queue names it: `12_3` in Slurm's array 12. Empty where there is none."""
    given = os.environ
    if given.get("SUBMITIT_EXECUTOR") == "slurm":
        array = given.get("SLURM_ARRAY_JOB_ID")
        return f"{array}_{given.get('SLURM_ARRAY_TASK_ID')}" if array else given.get("SLURM_JOB_ID", "")
    return given.get("SUBMITIT_LOCAL_JOB_ID", "")


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _tail(path: Path, longest: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - longest))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
