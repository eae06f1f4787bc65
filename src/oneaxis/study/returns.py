"""A job's return on its way from one process to another. What a trial made stays bytes: nobody of ours opens it."""

from __future__ import annotations

import json
import pickle
import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import cloudpickle
from hydra.core.utils import JobReturn, JobStatus
from omegaconf import DictConfig

from oneaxis import errors
from oneaxis.errors import TrialFailed
from oneaxis.trial import guard
from oneaxis.trial.codec import jsonable
from oneaxis.trial.outcome import read_metrics
from oneaxis.vocabulary import Failure

_LENGTHS = struct.Struct("!QQQ")
# Errors of ours that decide what happens next: known by name, and made anew from their text.
OURS = {kind.__name__: kind for kind in (errors.TrialFailed, errors.TrialRefused, errors.TrialTaken, errors.WorkerDied)}


@dataclass(frozen=True)
class Told:
    """What a trial's process says of its job in plain text and numbers.

    `ours`: what was raised is an error of oneaxis itself. `metrics` and `failure` are those of the returned value;
    `config` (resolved) and `fingerprint` are told where the disk didn't take the trial's record, which is then rebuilt
    from here.
    """

    status: str
    kind: str | None = None
    text: str = ""
    ours: bool = False
    metrics: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None
    config: Mapping[str, Any] | None = None
    fingerprint: str | None = None
    imported: Mapping[str, int] = field(default_factory=dict)  # parts of libraries that the task imported: modules each
    overrides: tuple[str, ...] | None = None
    working_dir: str | None = None
    task_name: str | None = None


class KeptReturn(JobReturn):
    """Hydra's job return whose value and configurations stay packed until somebody asks for them.

    Unpacked, the configurations alone take 170 kB a job; and what a task returned or raised may open a device, start
    code or not be loadable at all. `_return_value` is an error of ours, the failure's text, or None.
    """

    _value: bytes = b""
    _configurations: bytes = b""
    _open: list[DictConfig | None] | None = None
    _ours: Any = None

    def __init__(self, told: Told, value: bytes, configurations: bytes) -> None:
        self.told = told
        super().__init__(
            overrides=None if told.overrides is None else list(told.overrides),
            working_dir=told.working_dir,
            task_name=told.task_name,
            status=JobStatus[told.status],
        )
        self._value, self._configurations, self._open = value, configurations, None
        self._ours = _error(told)

    @property
    def return_value(self) -> Any:
        """The value that the task returned.

        Raises
        ------
        Exception
            What the task raised; `TrialFailed` with its text where that can't be loaded here.
        """
        assert self.status != JobStatus.UNKNOWN, "return_value not yet available"
        try:
            value = pickle.loads(self._value) if self._value else self._ours  # noqa: S301 - whoever asks has the task
        except Exception as error:  # noqa: BLE001 - see above
            value = (
                TrialFailed(f"what the task left can't be loaded here: {error}") if self._ours is None else self._ours
            )
        if self.status == JobStatus.COMPLETED and not isinstance(value, TrialFailed):
            return value
        raise value

    @return_value.setter
    def return_value(self, value: Any) -> None:
        self._value, self._ours = b"", value

    @property
    def _return_value(self) -> Any:
        return self._ours

    @_return_value.setter
    def _return_value(self, value: Any) -> None:
        self._ours = value

    @property
    def cfg(self) -> DictConfig | None:
        """The task's configuration."""
        return self._unpacked()[0]

    @cfg.setter
    def cfg(self, value: DictConfig | None) -> None:
        self._set(0, value)

    @property
    def hydra_cfg(self) -> DictConfig | None:
        """Hydra's own node."""
        return self._unpacked()[1]

    @hydra_cfg.setter
    def hydra_cfg(self, value: DictConfig | None) -> None:
        self._set(1, value)

    def _unpacked(self) -> list[DictConfig | None]:
        if self._open is None:
            packed = self._configurations
            self._open = list(pickle.loads(zlib.decompress(packed))) if packed else [None, None]  # noqa: S301 - as above
            self._configurations = b""  # what is changed in place from here on stays changed
        return self._open

    def _set(self, place: int, value: DictConfig | None) -> None:
        self._unpacked()[place] = value


def keep(job: JobReturn, imported: Mapping[str, int] | None = None) -> KeptReturn:
    """A job's return as it may leave the trial's process."""
    returned = job._return_value  # noqa: SLF001 - the public property raises for failed jobs
    failed = job.status != JobStatus.COMPLETED
    metrics, failure = ({}, None) if failed else read_metrics(returned, job.cfg)
    ours = failed and type(returned) in OURS.values()
    lost = guard.unwritten()
    told = Told(
        status=job.status.name,
        kind=type(returned).__name__ if failed else None,
        text=_text(returned) if failed else "",
        ours=ours,
        metrics=metrics,
        failure=failure,
        config=None if lost is None else jsonable(lost.config),
        fingerprint=None if lost is None else lost.fingerprint,
        imported=imported or {},
        overrides=None if job.overrides is None else tuple(job.overrides),
        working_dir=job.working_dir,
        task_name=job.task_name,
    )
    return KeptReturn(
        told, b"" if ours else _packed(returned), zlib.compress(_packed((job.cfg, job.hydra_cfg)), level=1)
    )


def failed(error: TrialFailed) -> KeptReturn:
    """The return of a job that never answered."""
    return KeptReturn(Told(JobStatus.FAILED.name, type(error).__name__, str(error), ours=True), b"", b"")


def keep_in_place(job: JobReturn) -> None:
    """Make a job's return one that is kept, for a launcher that takes this very object to another process."""
    kept = keep(job)
    job.__class__ = KeptReturn
    vars(job).clear()
    vars(job).update(vars(kept))


def pack_return(job: KeptReturn) -> bytes:
    """A kept return as one message."""
    parts = (json.dumps(asdict(job.told)).encode(), job._value, job._configurations)  # noqa: SLF001 - this module's class
    return _LENGTHS.pack(*map(len, parts)) + b"".join(parts)


def unpack_return(answer: bytes | bytearray) -> KeptReturn | None:
    """What `pack_return` packed; None as long as it isn't complete."""
    if len(answer) < _LENGTHS.size:
        return None
    lengths = _LENGTHS.unpack_from(answer)
    if len(answer) < _LENGTHS.size + sum(lengths):
        return None
    places = [_LENGTHS.size + sum(lengths[:number]) for number in range(4)]
    plain, value, configurations = (bytes(answer[start:end]) for start, end in pairwise(places))
    found: dict[str, Any] = json.loads(plain)
    found["failure"] = None if found["failure"] is None else Failure(**found["failure"])
    found["overrides"] = None if found["overrides"] is None else tuple(found["overrides"])
    return KeptReturn(Told(**found), value, configurations)


def _error(told: Told) -> Exception | None:
    if told.kind is None:
        return None
    return OURS[told.kind](told.text) if told.ours else TaskRaised(told.kind, told.text)


class TaskRaised(TrialFailed):
    """What a task raised, by its name and text; the exception itself stays in the trial's process."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def _text(error: Any) -> str:
    try:
        return str(error)
    except Exception as problem:  # noqa: BLE001 - a user's `__str__` may raise anything
        return f"(its text can't be told: {type(problem).__name__})"


def _packed(value: Any) -> bytes:
    try:
        return bytes(cloudpickle.dumps(value))
    except Exception:  # noqa: BLE001 - what can't travel stays behind; the record is on disk
        return b""
