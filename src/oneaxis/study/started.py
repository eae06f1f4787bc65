"""Which trials' jobs have started, and why one failed before its task.

Hydra makes a job's folder, sets up its logging and its environment outside of what it catches: where one of them fails,
the launcher loses its batch, and doesn't say whose job it was.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import HydraContext
from omegaconf import DictConfig

from oneaxis.errors import TrialFailed
from oneaxis.vocabulary import Trial

STARTED = ".started"
TICKET = "hydra.sweeper.job.trial="
# An exception's line in a traceback, with what is indented below it; a launcher's own quotes the traceback of the job.
_RAISED = re.compile(r"^([A-Za-z_][\w.]*): (?!Job \(task=)(\S.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)

_CAUSE = "The above exception was the direct cause of the following exception:"


@dataclass(frozen=True)
class Started:
    """The trials whose jobs came as far as their configuration, each an empty file in the study's folder."""

    root: Path

    def noted_by(self, context: HydraContext) -> HydraContext:
        """A context whose jobs are noted here."""
        loader: Any = NotingLoader(context.config_loader, self)  # all that launchers ask of one
        return HydraContext(config_loader=loader, callbacks=context.callbacks)

    def note(self, trial: int) -> None:
        with contextlib.suppress(OSError):  # a full disk: a job that fails is then taken for its launcher's fault
            (self.root / STARTED).mkdir(exist_ok=True)
            (self.root / STARTED / str(trial)).touch()

    def has(self, trial: int) -> bool:
        return (self.root / STARTED / str(trial)).exists()

    def forget(self, trials: Iterable[Trial]) -> None:
        for trial in trials:
            with contextlib.suppress(OSError):
                (self.root / STARTED / str(trial.index)).unlink(missing_ok=True)

    def forget_all(self) -> None:
        shutil.rmtree(self.root / STARTED, ignore_errors=True)


@dataclass(frozen=True)
class NotingLoader:
    """Hydra's loader as jobs get it: the launcher calls it in the job's process, right before all that may fail."""

    loader: ConfigLoader
    started: Started = field(repr=False)

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        for text in sweep_overrides:
            if text.startswith(TICKET):
                self.started.note(int(text.removeprefix(TICKET)))
        return self.loader.load_sweep_config(master_config, sweep_overrides)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("loader", "started"):  # not there yet: it is being unpickled
            raise AttributeError(name)
        return getattr(self.loader, name)


def before_its_task(error: BaseException) -> JobReturn:
    """The return of a job that failed before its task."""
    failed = TrialFailed(f"before its task: {_told(error)}")
    failed.__cause__ = error
    job = JobReturn(status=JobStatus.FAILED)
    job.return_value = failed
    return job


def _told(error: BaseException) -> str:
    """What was raised, and why: `ValueError: Unable to configure handler 'file' (FileNotFoundError: … 'a/b.log')`.

    Read from the traceback's text, which is all that comes out of another process.
    """
    found: dict[str, None] = {}
    for part in "".join(traceback.format_exception(error)).split(_CAUSE):
        for kind, said in _RAISED.findall(part)[-1:]:
            found[f"{kind.rpartition('.')[2]}: {' '.join(said.split())}"] = None
    *causes, last = found or (f"{type(error).__name__}: {error}",)
    return f"{last} ({causes[0]})" if causes else last
