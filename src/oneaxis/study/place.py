"""The folder that a study gets: its own from an earlier start, a new one, or one beside what is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from errno import ENOTDIR
from pathlib import Path

from omegaconf import DictConfig

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.study.claim import Claim, owner_of, take
from oneaxis.study.folder import STUDY_FILE, StudyFolder
from oneaxis.trial.codec import has_record
from oneaxis.trial.loaded import project_root
from oneaxis.vocabulary import Study

TRIES = 1000  # studies in one wanted place
PROJECT = (".git", "pyproject.toml")  # what no study's folder holds
REFUSED = "it was changed since: revert that to go on, or start a new study"


@dataclass(frozen=True)
class Place:
    """A claimed folder; `earlier` is the study that goes on in it, `notes` what is to be said."""

    folder: StudyFolder
    claim: Claim
    earlier: Study | None = None
    notes: tuple[str, ...] = ()


def find_place(
    wanted: Path,
    goes_on: Callable[[StudyFolder, Study], Sequence[str]],
    kept: Mapping[Path, str] | None = None,
) -> Place:
    """The first of `wanted`, `wanted-2`, … that is free or holds a study that goes on.

    `goes_on` says why a study that is there doesn't; nothing, where it does. `kept` are folders that are no study's,
    and what each one is.

    Raises
    ------
    FolderUnusable
        If no folder can be made or written, or what is wanted belongs to something else.
    """
    notes: list[str] = []
    taken = others(wanted, kept or {})
    for path in _names(wanted):
        folder = StudyFolder(path)
        try:
            if path.exists() and not path.is_dir():
                raise NotADirectoryError(ENOTDIR, "a file is in its place")
            earlier, reason = _earlier(folder, goes_on)
            if taken and earlier is None:
                raise FolderUnusable(f"{taken}; give the study a folder of its own: hydra.sweep.dir=PATH")
            path.mkdir(parents=True, exist_ok=True)
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


def place_of_run(
    wanted: Path, elsewhere: Path, kept: Mapping[Path, str], study: Callable[[StudyFolder], Study]
) -> tuple[StudyFolder, Study, str]:
    """Make the folder of a single run, the first of `wanted`, `wanted-2`, … that nothing of ours lies in.

    `elsewhere` stands in where what is `wanted` belongs to something else. The text says why it isn't `wanted`.

    Raises
    ------
    FolderUnusable
        If all names are taken.
    """
    reason = others(wanted, kept)
    for path in _names(elsewhere if reason else wanted):
        folder = StudyFolder(path)
        made = study(folder)
        if not has_record(path) and owner_of(path) is None:
            path.mkdir(parents=True, exist_ok=True)
            if folder.make_study(made, apart=True):
                return folder, made, reason
        reason = reason or f"{path} holds another run or study"
    raise FolderUnusable(f"{wanted} and {TRIES} names beside it are taken; choose another: hydra.run.dir=PATH")


def kept_folders(config: DictConfig) -> dict[Path, str]:
    """Folders that are no study's, and what each one is."""
    sources = [Path(each.path) for each in config.hydra.runtime.config_sources if each.schema == "file"]
    return {
        **dict.fromkeys(sources, "the folder of the app's configuration"),
        project_root(): "the project's folder",
        Path(config.hydra.runtime.cwd): "the folder that the command is typed in",
    }


def others(path: Path, kept: Mapping[Path, str]) -> str:
    """Whose a folder is, if it belongs to something else: kept, or within another study; empty if to nothing.

    A study in a project's own folder would hide all others there, and one within a study would be moved with its trial.
    """
    here = Path(os.path.realpath(path))
    places = {Path(os.path.realpath(folder)): what for folder, what in kept.items()}
    if here in places:
        return f"{path} is {places[here]}"
    for place, what in places.items():
        if place.is_relative_to(here):
            return f"{path} holds {what}"
    for name in PROJECT:
        if os.path.exists(here / name):  # noqa: PTH110 - what can't be looked at isn't there
            return f"{path} is a project's folder (it holds {name})"
    for above in here.parents:
        around = any(place.is_relative_to(above) for place in places)
        if not around and os.path.exists(above / STUDY_FILE):  # noqa: PTH110 - as above
            return f"{path} lies in the folder of a study, {above}"
    return ""


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
    named = Path(os.path.realpath(wanted)) if wanted.name in ("", "..") else wanted
    for number in range(2, TRIES if named.name else 0):
        yield named.with_name(f"{named.name}-{number}")
