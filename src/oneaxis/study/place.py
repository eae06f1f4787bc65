"""The folder that a study gets: its own from an earlier start, a new one, or one beside what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from errno import ENOTDIR
from pathlib import Path

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.study.claim import Claim, take
from oneaxis.study.folder import StudyFolder
from oneaxis.vocabulary import Study

TRIES = 1000  # studies in one wanted place
REFUSED = "it was changed since: revert that to go on, or start a new study"


@dataclass(frozen=True)
class Place:
    """A claimed folder; `earlier` is the study that goes on in it, `notes` what is to be said."""

    folder: StudyFolder
    claim: Claim
    earlier: Study | None = None
    notes: tuple[str, ...] = ()


def find_place(wanted: Path, goes_on: Callable[[StudyFolder, Study], Sequence[str]]) -> Place:
    """The first of `wanted`, `wanted-2`, … that is free or holds a study that goes on.

    `goes_on` says why a study that is there doesn't; nothing, where it does.

    Raises
    ------
    FolderUnusable
        If no folder can be made or written.
    """
    notes: list[str] = []
    for path in _names(wanted):
        folder = StudyFolder(path)
        try:
            if path.exists() and not path.is_dir():
                raise NotADirectoryError(ENOTDIR, "a file is in its place")
            path.mkdir(parents=True, exist_ok=True)
            earlier, reason = _earlier(folder, goes_on)
            if reason:
                notes.append(reason)
                continue
            claim = take(path)
            if not isinstance(claim, Claim):
                notes.append(f"{path} is in use ({claim}); this study gets a folder beside it")
                continue
            if earlier is None and folder.study_file.exists():  # written and left again in between
                claim.release()
                continue
        except OSError as error:
            raise FolderUnusable(
                f"the study's folder {path} can't be written ({error.strerror}); choose another: hydra.sweep.dir=PATH"
            ) from error
        return Place(folder, claim, earlier, tuple(notes[-1:]))
    raise FolderUnusable(f"{wanted} and {TRIES} names beside it are taken; choose another: hydra.sweep.dir=PATH")


def resumed_place(root: Path, differs: Callable[[StudyFolder, Study], Sequence[str]]) -> Place:
    """The folder of a study that was asked for by name.

    Raises
    ------
    FolderUnusable
        If there is no such study, it runs already, or `differs` says that another one was planned.
    BadRecord
        If `study.json` is damaged.
    """
    folder = StudyFolder(root)
    study = folder.read_study()
    found = differs(folder, study)
    if found:
        lines = "\n".join(f"    {line}" for line in found)
        raise FolderUnusable(f"{root} can't go on as the same study; it differs in\n{lines}\n  {REFUSED}")
    try:
        claim = take(root)
    except OSError as error:
        raise FolderUnusable(f"the study's folder {root} can't be written ({error.strerror})") from error
    if not isinstance(claim, Claim):
        raise FolderUnusable(f"{root} runs right now ({claim}); wait for it, or end that process first")
    return Place(folder, claim, study)


def _earlier(folder: StudyFolder, goes_on: Callable[[StudyFolder, Study], Sequence[str]]) -> tuple[Study | None, str]:
    """The study that goes on in a folder, or why the one that is there doesn't."""
    if not folder.study_file.exists():
        return None, ""
    try:
        study = folder.read_study()
    except BadRecord as error:
        return None, f"{error}; this study gets a folder beside it"
    reasons = goes_on(folder, study)
    if reasons:
        return None, f"{folder.root} holds another study ({reasons[0]}); this one gets a folder beside it"
    return study, ""


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    for number in range(2, TRIES):
        yield wanted.with_name(f"{wanted.name}-{number}")
