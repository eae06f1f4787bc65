"""What a study's mirror has written, as its folder says. Nothing here imports mlflow."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oneaxis.masking import masked_addresses
from oneaxis.study.folder import StudyFolder
from oneaxis.tracking.handle import Mirrored
from oneaxis.trial.codec import write_json
from oneaxis.trial.handover import ANSWER_FILE
from oneaxis.trial.own import PLACE
from oneaxis.vocabulary import Record, Study, Trial

ONLY_READ = (errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True)
class Answers:
    """`tracking.json` in the folders of a study and its trials: which run each has, and what of it is written.

    Where a folder is only read, it is kept in memory: MLflow can be searched for a run, too.
    """

    study: Study
    folder: StudyFolder
    uri: str
    experiment: str
    unkept: dict[Path, Mapping[str, Any]] = field(default_factory=dict)

    def left(self, trial: Trial) -> Mapping[str, Any] | None:
        """What lies in a trial's folder, of whichever study and store."""
        job = self.folder.job(trial.folder)
        if job / PLACE / ANSWER_FILE in self.unkept:
            return self.unkept[job / PLACE / ANSWER_FILE]
        for path in (job / PLACE / ANSWER_FILE, job / ANSWER_FILE):  # the latter is where it lay in older studies
            with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
                left = json.loads(path.read_text(encoding="utf-8"))
                # The task may have written it, or copied it from another trial's folder.
                if isinstance(left, dict) and left.get("trial", trial.index) == trial.index:
                    return left
        return None

    def is_mine(self, left: Mapping[str, Any]) -> bool:
        return left.get("study") == self.study.id and left.get("uri") == masked_addresses(self.uri)

    def run_of(self, trial: Trial) -> str | None:
        """The trial's run in this store, as its folder says."""
        left = self.left(trial)
        return str(left["run"]) if left and self.is_mine(left) else None

    def leave(self, trial: Trial, run: str, *, written: str | None = None) -> None:
        """Say which run a trial has, and, `written`, which record of it is there."""
        content = {"schema": 1, "study": self.study.id, "trial": trial.index, **self._run(run, written)}
        self._keep(content, self.folder.job(trial.folder) / PLACE / ANSWER_FILE)

    def leave_parent(self, run: str, *, written: str | None = None, view: str | None = None) -> None:
        """The same of the study's own run, with the key of its saved view."""
        self._keep({"schema": 1, **self._run(run, written), "view": view}, self.folder.own / ANSWER_FILE)

    def _keep(self, content: Mapping[str, Any], path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(content, path)
        except OSError as error:
            if error.errno not in ONLY_READ:
                raise
            self.unkept[path] = content

    def _run(self, run: str, written: str | None) -> Mapping[str, Any]:
        return {"experiment": self.experiment, "run": run, "uri": masked_addresses(self.uri), "written": written}


def mark_of(records: Mapping[int, Record]) -> str:
    """A digest of which records there are: another one makes another mark."""
    text = json.dumps([[index, records[index].started, records[index].ended] for index in sorted(records)])
    return hashlib.sha256(text.encode()).hexdigest()


def already_written(root: Path, uri: str, records: Mapping[int, Record]) -> Mirrored | None:
    """The mirror's answer, where all these records are in this store; None where anything may lack."""
    try:
        answer = json.loads((StudyFolder(root).own / ANSWER_FILE).read_text(encoding="utf-8"))
        if answer["uri"] != masked_addresses(uri) or answer.get("written") != mark_of(records):
            return None
        return Mirrored(
            experiment=str(answer["experiment"]),
            parent=str(answer["run"]),
            written=len(records),
            lacking=(),
            error=None,
            view=answer.get("view"),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
