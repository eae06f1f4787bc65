"""Digests of a task's data: of arrays, files, and folders of files."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

CACHED_FROM = 1 << 20  # bytes; a smaller file is read faster than its cached digest is found
SETTLED = 2.0  # seconds that a file must be left alone before its time says that it is the same

File = dict[str, Any]


def fingerprint(part: Any) -> tuple[str, list[File]]:
    """The digest of one part of the data, and the files that it was taken of.

    A part is an array, the path of a file or folder, or a list or tuple of these.
    """
    pieces = part if isinstance(part, (list, tuple)) else (part,)
    files: list[File] = []
    digests = [_piece(piece, files) for piece in pieces]
    if not isinstance(part, (list, tuple)):
        return digests[0], files
    return hashlib.sha256("".join(digests).encode()).hexdigest(), files


def describe(path: Path) -> File:
    """A file's path, size in bytes, time of change in nanoseconds, and digest.

    The digest of a big file is kept in the user's cache folder, by path, size and time.
    """
    before = path.stat()
    kept = _kept(path, before) if before.st_size >= CACHED_FROM else None
    digest = _read(kept) if kept is not None else None
    if digest is None:
        digest = _digest(path, before.st_size)
        after = path.stat()
        unmoved = (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
        # A file that was just written may change again within the resolution of its time.
        if kept is not None and unmoved and time.time() - after.st_mtime > SETTLED:
            _keep(kept, digest)
    return {"path": str(path), "size": before.st_size, "mtime_ns": before.st_mtime_ns, "digest": digest}


def files_of(piece: str | Path) -> Sequence[Path]:
    """The file itself, or all files below a folder, in the order of their names."""
    path = Path(piece).absolute()
    if not path.is_dir():
        return [path]
    return sorted(Path(place, name) for place, _, names in os.walk(path) for name in names)


def _piece(piece: Any, files: list[File]) -> str:
    if isinstance(piece, (str, os.PathLike)):
        top = Path(piece).absolute()
        found = [describe(path) for path in files_of(top)]
        files.extend(found)
        if not top.is_dir():
            return str(found[0]["digest"])
        # With the names: which example is which may hang on them.
        listing = "".join(f"{os.path.relpath(file['path'], top)}\0{file['digest']}\n" for file in found)
        return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()
    import numpy as np  # noqa: PLC0415 - oneaxis itself stays light

    array = np.ascontiguousarray(piece)
    if array.dtype.kind == "O":
        raise ValueError("oneaxis.fingerprint_data: give arrays of numbers or text, or paths of files")
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    digest.update(array.view(np.uint8).data)
    return digest.hexdigest()


def _digest(path: Path, size: int) -> str:
    # With its length, so that a line moved from one file to the next is seen.
    digest = hashlib.sha256(f"file:{size}:".encode())
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _kept(path: Path, found: os.stat_result) -> Path | None:
    """Where the cache keeps a file's digest: one small file each, so that no two processes write the same."""
    name = hashlib.sha256(
        f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ino}".encode("utf-8", "surrogateescape")
    )
    return next((folder / name.hexdigest() for folder in _cache()), None)


def _cache() -> Iterator[Path]:
    given = os.environ.get("XDG_CACHE_HOME")
    with suppress(RuntimeError):  # a user without a home
        yield Path(given) / "oneaxis" / "digests" if given else Path.home() / ".cache" / "oneaxis" / "digests"


def _read(kept: Path) -> str | None:
    with suppress(OSError, ValueError):
        digest = kept.read_text(encoding="ascii")
        if len(digest) == hashlib.sha256().digest_size * 2:
            return digest
    return None


def _keep(kept: Path, digest: str) -> None:
    with suppress(OSError):  # a full or read-only disk costs the cache only
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f".{kept.name}.{os.getpid()}")
        partial.write_text(digest, encoding="ascii")
        partial.replace(kept)
