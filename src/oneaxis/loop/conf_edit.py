"""The edit of conf/ that makes a change part of the reference: found, proved beside it, written whole or not at all."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File

from oneaxis.canonical import same
from oneaxis.composing.files import Files, FromFiles, Part, Project
from oneaxis.editing.candidates import Edit, choice_edits, value_edits
from oneaxis.editing.changed import places, put
from oneaxis.errors import CannotCompose, CannotEdit
from oneaxis.loop.bystanders import disturbed
from oneaxis.masking import marked_override, masked_text, secrets_in


@dataclass(frozen=True)
class Wanted:
    """One change as an override says it; for a group, `choice` is the new option."""

    text: str
    key: str
    group: bool
    choice: str | list[str] | None = None


@dataclass(frozen=True)
class ConfEdit:
    """Whole files before and after, by their path, and the reference that they make."""

    files: Mapping[File, tuple[bytes, bytes]]
    before: FromFiles
    after: FromFiles

    def diff(self, root: File) -> str:
        """A unified diff, without context beyond two lines and without secrets; paths are relative to `root`."""
        secrets = secrets_in([self.before.config, self.after.config], {})
        lines: list[str] = []
        for file, (old, new) in self.files.items():
            name = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
            before, after = old.decode().splitlines(), new.decode().splitlines()
            lines += difflib.unified_diff(before, after, fromfile=name, tofile=name, n=2, lineterm="")
        return "\n".join(masked_text(line, secrets) for line in lines)


def find_edit(project: Project, changes: Sequence[Wanted]) -> ConfEdit:
    """The smallest edit after which composing gives what the overrides give now; nothing is written to conf/.

    A value is edited where it stands: in the primary config if that sets it, else in the file that does. A file
    whose edit would change another primary config, or another option of its group, isn't edited: the value then
    goes into the primary config.

    Raises
    ------
    CannotEdit
        If no such edit was found, or the configuration can't be composed from files alone.
    """
    try:
        now = Files(project)
        before, target = now(), now([change.text for change in changes])
    except CannotCompose as error:
        raise CannotEdit(f"composed from its files alone, the reference fails: {error}") from error
    with tempfile.TemporaryDirectory() as folder:
        trial = _Trial(project, File(folder) / "conf")
        for change in changes:
            _apply(trial, change)
        after = trial.now()
        if not _alike(after, target):
            raise CannotEdit("the edits together don't compose what the overrides compose")
        files = {file: (file.read_bytes(), trial.twin(file).read_bytes()) for file in sorted(trial.edited)}
    return ConfEdit({file: pair for file, pair in files.items() if pair[0] != pair[1]}, before, after)


class _Trial:
    """Another conf/ in which edits are tried: links into the project's own, but for what is edited.

    So nothing is read or copied that Hydra doesn't read: `config_path="."` makes conf/ of the whole project.
    """

    def __init__(self, project: Project, conf: File) -> None:
        conf.symlink_to(project.conf.absolute())
        self.copy = Project(conf, project.config_name, project.version_base)
        self.edited: set[File] = set()
        self.now = Files(self.copy)  # as the kept edits leave it; what it has read stays as it was
        self._project = project

    def twin(self, file: File) -> File:
        return self.copy.conf / file.relative_to(self._project.conf)

    def original(self, twin: File) -> File:
        return self._project.conf / twin.relative_to(self.copy.conf)

    def text(self, file: File) -> str | None:
        try:
            return self.twin(file).read_bytes().decode()
        except (OSError, ValueError):
            return None  # not a file of this folder, or not UTF-8: it isn't edited

    def write(self, file: File, content: bytes) -> None:
        """Give a file another content here; the project's own isn't touched."""
        twin = self.twin(file)
        self._part_from_project(twin.parent)
        twin.unlink()
        twin.write_bytes(content)

    def _part_from_project(self, folder: File) -> None:
        """Make a folder, and those above it, a real one: of links to what could be part of a configuration."""
        if folder != self.copy.conf:
            self._part_from_project(folder.parent)
        if not folder.is_symlink():
            return
        folder.unlink()
        folder.mkdir()
        with os.scandir(self.original(folder).absolute()) as entries:
            for entry in entries:
                if entry.name.endswith(".yaml") or entry.is_symlink() or entry.is_dir():
                    (folder / entry.name).symlink_to(entry.path)

    def first_good(self, edits: Iterator[Edit], wanted: FromFiles, change: str) -> None:
        """Keep the first edit that composes what is wanted and leaves everything else as it composes now."""
        why = ""
        for file, text in edits:
            old = self.twin(file).read_bytes()
            self.write(file, text.encode())
            edited = Files(self.copy)
            if _composes(edited, wanted):
                found = disturbed(self.now, edited, file.relative_to(self._project.conf))
                if found is None:
                    self.edited.add(file)
                    self.now = edited
                    return
                why = f" (an edit of {file} would change {found}, too)"
            self.write(file, old)
        raise CannotEdit(f"no small edit of {self._project.conf} makes `{marked_override(change)}` the reference{why}")


def _composes(files: Files, wanted: FromFiles) -> bool:
    try:
        return _alike(files(), wanted)
    except CannotCompose:
        return False


def _apply(trial: _Trial, change: Wanted) -> None:
    now = trial.now
    before, wanted = now(), now([change.text])
    parts = [Part(trial.original(part.file), part.package, part.primary) for part in now.parts()]
    if change.group:
        trial.first_good(choice_edits(change.key, change.choice, parts, trial.text), wanted, change.text)
        return
    config = before.config
    for place in list(places(before.config, wanted.config)):
        config = put(config, place.path, place.after)
        step = FromFiles(config, before.choices, before.sweeper)
        trial.first_good(value_edits(place, parts, trial.text), step, change.text)


def _alike(one: FromFiles, other: FromFiles) -> bool:
    return same(one.config, other.config) and one.choices == other.choices
