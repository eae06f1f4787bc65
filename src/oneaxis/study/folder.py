"""A study on disk: made once, written whole, read back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.study import manifest
from oneaxis.study.claim import owner_of
from oneaxis.study.same import complete
from oneaxis.trial.codec import RECORD_FILE, make_json, read_json, read_record, write_json, write_record
from oneaxis.vocabulary import Record, Study

STUDY_FILE = "study.json"
DEEPEST = 5  # folders below the one where the newest study is looked for
_DAY, _TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\d-\d\d-\d\d")


class StudyFolder:
    """Every path of a study comes from here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        """How the study is cited: its folder, with the day's above it where that is but a time, as Hydra's are."""
        day, own = self.root.parent.name, self.root.name
        return f"{day}/{own}" if _DAY.fullmatch(day) and _TIME.fullmatch(own) else own

    def job(self, folder: str) -> Path:
        """A trial's job folder.

        Raises
        ------
        BadRecord
            If the name would leave the study's folder.
        """
        path = self.root / folder
        named = PurePath(folder)
        # Only such a name can leave it. Resolving links costs more than reading a record does.
        leaves = named.is_absolute() or ".." in named.parts
        if leaves and not path.resolve().is_relative_to(self.root.resolve()):
            raise BadRecord(f"{self.root / STUDY_FILE}: trial folder {folder!r} lies outside of the study")
        return path

    @property
    def study_file(self) -> Path:
        return self.root / STUDY_FILE

    def write_study(self, study: Study) -> None:
        write_json(manifest.to_json(study), self.study_file)

    def make_study(self, study: Study) -> bool:
        """Write `study.json`, unless there is one."""
        return make_json(manifest.to_json(study), self.study_file)

    def read_study(self) -> Study:
        """Read `study.json`.

        Raises
        ------
        FolderUnusable
            If there is no study here.
        BadRecord
            If it is damaged.
        """
        try:
            content = read_json(self.study_file)
        except (FileNotFoundError, NotADirectoryError):
            raise FolderUnusable(f"{self.root} holds no study (no {STUDY_FILE}); give the folder of one") from None
        try:
            return manifest.from_json(content)
        except BadRecord as error:
            raise BadRecord(f"{self.study_file}: {error}") from error

    def write_record(self, record: Record) -> None:
        job = self.job(record.folder)
        job.mkdir(parents=True, exist_ok=True)
        write_record(record, job)

    def record(self, folder: str) -> Record | None:
        """A trial's record, if it is there."""
        return read_record(self.job(folder))

    def records(self, study: Study) -> dict[int, Record]:
        """The records of a study's trials, by trial index; trials without a readable one are left out."""
        return self.read_records(study)[0]

    def read_records(self, study: Study) -> tuple[dict[int, Record], tuple[str, ...]]:
        """The records of a study's trials by trial index, and a warning for each that can't be read."""
        found: dict[int, Record] = {}
        warnings: list[str] = []
        known: dict[str, Any] = {}
        for trial in study.plan.trials:
            try:
                record = read_record(self.job(trial.folder), known)
            except BadRecord as error:
                warnings.append(f"skipped, counted as missing: {error}")
                continue
            if record is not None and record.study == study.id:
                found[trial.index] = record
        return found, tuple(warnings)


def newest(root: Path) -> StudyFolder:
    """The study started last under a folder; single runs (`python train.py` without `-m`) don't count.

    Raises
    ------
    FolderUnusable
        If there is none.
    """
    studies = _newest_first(root)
    if not studies:
        raise FolderUnusable(f"no study under {root}; start one (python train.py -m) or name its folder")
    return studies[0]


def _newest_first(root: Path) -> list[StudyFolder]:
    studies = [
        folder
        for folder in _folders(root)
        if (folder / STUDY_FILE).is_file()
        and (folder / STUDY_FILE).stat().st_size
        and not (folder / RECORD_FILE).exists()
    ]
    studies.sort(key=lambda path: (path / STUDY_FILE).stat().st_mtime, reverse=True)
    return [StudyFolder(folder) for folder in studies]


def newest_incomplete(root: Path) -> StudyFolder | None:
    """The study started last that lacks a finished record and that nobody works at; None if there is none."""
    for folder in _newest_first(root):
        study = folder.read_study()
        if owner_of(folder.root) is None and not complete(study, folder.records(study)):
            return folder
    return None


def study_folders(root: Path) -> Iterator[Path]:
    """Every study and single run near a project's top."""
    return folders_with(STUDY_FILE, root)


def folders_with(name: str, root: Path) -> Iterator[Path]:
    """Folders near a project's top that hold a file of this name; nothing is looked for within a study."""
    for place, below, files in os.walk(root):
        deep = len(Path(place).relative_to(root).parts) >= DEEPEST
        if name in files:
            yield Path(place)
        below[:] = [] if deep or STUDY_FILE in files else sorted(item for item in below if not item.startswith("."))


def _folders(root: Path) -> Iterator[Path]:
    """Folders near a project's top, hidden ones left out."""
    for place, below, _ in os.walk(root):
        folder = Path(place)
        yield folder
        deep = len(folder.relative_to(root).parts) >= DEEPEST
        below[:] = [] if deep else [name for name in below if not name.startswith(".")]
