"""Who else reads a configuration file: an edit of it must leave them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as File

from oneaxis.canonical import same
from oneaxis.composing.files import Files, FromFiles, Project
from oneaxis.errors import CannotCompose

LINEAGE_FILE = "lineage.yaml"


def disturbed(before: Files, after: Files, edited: File) -> str | None:
    """The first that composes something else after an edit of the file; None if all stay as they are.

    `edited` is relative to the folder of both. The primary config itself may change: it is the reference.
    """
    project = before.project
    if project.conf / edited == project.primary:
        return None
    for path in _other_references(project):
        if _differs(before, after, path.stem):
            return f"the reference {path.stem}"
    group = edited.parent.as_posix()
    try:
        choices = before().choices
    except CannotCompose:
        return None
    for key, choice in choices.items():
        if key.partition("@")[0] == group:
            for option in before.options(group):
                if option == choice or not _includes(project.conf / group / f"{option}.yaml"):
                    continue
                if _differs(before, after, None, f"{key}={option}"):
                    return f"the option {key}={option}"
    return None


def _other_references(project: Project) -> list[File]:
    """The other primary configs; only files: who opens a pipe waits for its writer."""
    found = (path for path in project.conf.glob("*.yaml") if path.is_file())
    return sorted(path for path in found if path != project.primary and path.name != LINEAGE_FILE)


def _includes(file: File) -> bool:
    """Whether an option may bring another file along: only by a defaults list of its own."""
    try:
        return b"defaults" in file.read_bytes()
    except OSError:
        return True  # from elsewhere, or only its owner reads it: Hydra will tell


def _differs(before: Files, after: Files, name: str | None, *overrides: str) -> bool:
    one, other = _composed(before, name, overrides), _composed(after, name, overrides)
    if one is None or other is None:
        return one is not other
    return not same(one.config, other.config) or one.choices != other.choices


def _composed(files: Files, name: str | None, overrides: Sequence[str]) -> FromFiles | None:
    try:
        return files(overrides, name=name)
    except CannotCompose:
        return None
