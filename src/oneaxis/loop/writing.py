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
            if (path.read_bytes() if path.exists() else None) != old:
                raise CannotEdit(f"{path} was changed meanwhile; nothing was written, start again")
            made[path] = _written(path, new)
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


def _written(path: Path, content: bytes) -> Path:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    if path.exists():
        shutil.copymode(path, partial)
    return partial


def _undo(path: Path, old: bytes | None) -> None:
    if old is None:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != old:
        _written(path, old).replace(path)
