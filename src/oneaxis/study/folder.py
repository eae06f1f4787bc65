"""A study on disk: made once, written whole, read back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from errno import ENOTDIR
from pathlib import Path

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.study import manifest
from oneaxis.trial.codec import RECORD_FILE, read_json, read_record, write_json, write_record
from oneaxis.vocabulary import Record, Study

STUDY_FILE = "study.json"
TRIES = 1000  # studies started within one second
DEEPEST = 5  # folders below the one where the newest study is looked for


class StudyFolder:
    """Every path of a study comes from here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def job(self, folder: str) -> Path:
        """A trial's job folder.

        Raises
        ------
        BadRecord
            If the name would leave the study's folder.
        """
        path = self.root / folder
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise BadRecord(f"{self.root / STUDY_FILE}: trial folder {folder!r} lies outside of the study")
        return path

    @property
    def study_file(self) -> Path:
        return self.root / STUDY_FILE

    def write_study(self, study: Study) -> None:
        write_json(manifest.to_json(study), self.study_file)

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
        except FileNotFoundError:
            raise FolderUnusable(f"{self.root} holds no study (no {STUDY_FILE}); give the folder of one") from None
        return manifest.from_json(content)

    def write_record(self, record: Record) -> None:
        job = self.job(record.folder)
        job.mkdir(parents=True, exist_ok=True)
        write_record(record, job)

    def record(self, folder: str) -> Record | None:
        """A trial's record, if it is there."""
        return read_record(self.job(folder))

    def records(self, study: Study) -> dict[int, Record]:
        """The records of a study's trials, by trial index; trials without one are left out."""
        found = {trial.index: self.record(trial.folder) for trial in study.plan.trials}
        return {index: record for index, record in found.items() if record is not None}


def claim(wanted: Path) -> StudyFolder:
    """Make a study's folder, or one beside it with a number when a study is already there.

    Raises
    ------
    FolderUnusable
        If it can't be made or written.
    """
    for path in _names(wanted):
        try:
            if path.exists() and not path.is_dir():
                raise NotADirectoryError(ENOTDIR, "a file is in its place")
            path.mkdir(parents=True, exist_ok=True)
            # The exclusive file decides between two studies that start in the same second.
            (path / STUDY_FILE).open("x").close()
        except FileExistsError:
            continue
        except OSError as error:
            raise FolderUnusable(
                f"the study's folder {path} can't be written ({error.strerror}); choose another: hydra.sweep.dir=PATH"
            ) from error
        return StudyFolder(path)
    raise FolderUnusable(f"{wanted} and {TRIES} names beside it are taken; choose another: hydra.sweep.dir=PATH")


def newest(root: Path) -> StudyFolder:
    """The study started last under a folder; single runs (`python train.py` without `-m`) don't count.

    Raises
    ------
    FolderUnusable
        If there is none.
    """
    studies = every(root)
    if not studies:
        raise FolderUnusable(f"no study under {root}; start one (python train.py -m) or name its folder")
    return studies[0]


def every(root: Path) -> list[StudyFolder]:
    """The studies under a folder, the one started last first; single runs don't count."""
    studies = [
        folder
        for folder in _folders(root)
        if (folder / STUDY_FILE).is_file()
        and (folder / STUDY_FILE).stat().st_size
        and not (folder / RECORD_FILE).exists()
    ]
    studies.sort(key=lambda path: (path / STUDY_FILE).stat().st_mtime, reverse=True)
    return [StudyFolder(folder) for folder in studies]


def _folders(root: Path) -> Iterator[Path]:
    """Folders near a project's top, hidden ones left out."""
    for place, below, _ in os.walk(root):
        folder = Path(place)
        yield folder
        deep = len(folder.relative_to(root).parts) >= DEEPEST
        below[:] = [] if deep else [name for name in below if not name.startswith(".")]


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    for number in range(2, TRIES):
        yield wanted.with_name(f"{wanted.name}-{number}")
