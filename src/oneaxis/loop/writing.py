"""Several files written together: all of them, or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from oneaxis.errors import CannotEdit


def write_together(files: Mapping[Path, tuple[bytes | None, bytes]]) -> None:
    """Replace each file's bytes, given as they were and as they shall be; None: there was no file.

    All are written under temporary names first; when a rename fails or is interrupted, those before it are undone.

    Raises
    ------
    CannotEdit
        If a file was changed by someone else meanwhile, or can't be written; then nothing is changed.
    """
    targets = {path.resolve(): pair for path, pair in files.items()}
    made: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, (old, new) in targets.items():
            _refuse_changed(path, old)
            made[path] = path.with_name(f".{path.name}.{os.getpid()}.partial")
            _write(made[path], new, like=path)
        for path, partial in made.items():
            done.append(path)
            partial.replace(path)
    except BaseException as error:
        for path in reversed(done):
            _undo(path, targets[path][0])
        if isinstance(error, OSError):
            raise CannotEdit(f"nothing was changed: {error.filename} can't be written ({error.strerror})") from error
        raise
    finally:
        for partial in made.values():
            partial.unlink(missing_ok=True)


def _refuse_changed(path: Path, old: bytes | None) -> None:
    if (path.read_bytes() if path.exists() else None) != old:
        raise CannotEdit(f"{path} was changed meanwhile; nothing was written, start again")


def _write(partial: Path, content: bytes, *, like: Path) -> None:
    partial.write_bytes(content)
    if like.exists():
        shutil.copymode(like, partial)


def _undo(path: Path, old: bytes | None) -> None:
    if old is None:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != old:
        partial = path.with_name(f".{path.name}.{os.getpid()}.undo")
        _write(partial, old, like=path)
        partial.replace(path)
