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
from oneaxis.trial.codec import has_record, make_json, read_json, read_record, write_json, write_record
from oneaxis.trial.own import PLACE, begins, made
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
    def own(self) -> Path:
        """Where the study's own files lie: in its folder, or apart in it where a task works in that folder itself."""
        apart = self.root / PLACE
        return apart if (apart / STUDY_FILE).is_file() else self.root

    @property
    def study_file(self) -> Path:
        return self.own / STUDY_FILE

    def write_study(self, study: Study, *, apart: bool = False) -> None:
        """Write `study.json`; `apart` from files of tasks, as all of the study's own from then on."""
        write_json(manifest.to_json(study), (made(self.root) if apart else self.own) / STUDY_FILE)

    def make_study(self, study: Study, *, apart: bool = False) -> bool:
        """As `write_study`, unless there is one: whether it was written."""
        if begins(self.study_file, "id"):
            return False
        place = made(self.root) if apart else self.own
        return make_json(manifest.to_json(study), place / STUDY_FILE)

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
    folders = [StudyFolder(path) for path in _folders(root)]
    # A task may leave a `study.json` of its own in its job folder.
    studies = [folder for folder in folders if begins(folder.study_file, "id") and not has_record(folder.root)]
    return sorted(studies, key=lambda folder: folder.study_file.stat().st_mtime, reverse=True)


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
        study = STUDY_FILE in files or (Path(place) / PLACE / STUDY_FILE).is_file()
        if name in files or (study and name == STUDY_FILE):
            yield Path(place)
        below[:] = [] if deep or study else sorted(item for item in below if not item.startswith("."))


def _folders(root: Path) -> Iterator[Path]:
    """Folders near a project's top that may hold a study, hidden ones left out."""
    for place, below, files in os.walk(root):
        folder = Path(place)
        if STUDY_FILE in files or PLACE in below:
            yield folder
        deep = len(folder.relative_to(root).parts) >= DEEPEST
        below[:] = [] if deep else [name for name in below if not name.startswith(".")]
