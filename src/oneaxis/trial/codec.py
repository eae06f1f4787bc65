"""Records as JSON, and files written so that no half of one is ever read."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import json
import math
import os
import secrets
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from oneaxis.canonical import keyed
from oneaxis.errors import BadRecord
from oneaxis.masking import MARKED, MASK, marked_override, marked_values, masked_text, secrets_in
from oneaxis.trial.own import CURVES_FILE, PLACE, begins, made, show, tidy
from oneaxis.vocabulary import ABSENT, Absent, Failure, Record

SCHEMA = 1
RECORD_FILE = "record.json"
_KNOWN = frozenset(field.name for field in dataclasses.fields(Record))
_COMMON = ("code", "environment", "data", "data_files", "sizes")  # most trials of a study have these alike


def write_record(record: Record, folder: Path) -> Path:
    """Write `record.json` into a job folder, or into `.oneaxis/` there if the task has a file of that name."""
    kept = write_json({"schema": SCHEMA, **_record_fields(record)}, made(folder) / RECORD_FILE)
    shown = folder / RECORD_FILE
    if _written_for(record.study, shown):
        kept.replace(shown)
    elif show(folder, RECORD_FILE) != RECORD_FILE:
        return kept
    tidy(folder)
    return shown


def read_record(folder: Path, known: dict[str, Any] | None = None) -> Record | None:
    """The record in a job folder, read from where it lies; None if there is none. The task's own files are none.

    With `known` (filled as records are read) parts that are equal in many records are kept once: of 10,000 records that
    is most of what they take in memory.

    Raises
    ------
    BadRecord
        If the file is damaged or of an unknown schema.
    """
    for path in _places(folder):
        fields = _ours(path)
        if fields is not None:
            return _record(fields, path, known)
    return None


def record_file(folder: Path) -> Path | None:
    """Where the record of a job folder lies; None if there is none.

    Raises
    ------
    BadRecord
        As `read_record`.
    """
    return next((path for path in _places(folder) if _ours(path) is not None), None)


def has_record(folder: Path) -> bool:
    """Whether a record is there, be it damaged."""
    try:
        return record_file(folder) is not None
    except BadRecord:
        return True


def write_json(content: Mapping[str, Any], path: Path) -> Path:
    """Write JSON atomically; non-finite numbers become text."""
    # Processes of two machines may have one number.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    text = json.dumps(jsonable(content), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        partial.write_text(text + "\n", encoding="utf-8", errors="surrogatepass")
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)  # half a file on a full disk
        raise
    return path


def make_json(content: Mapping[str, Any], path: Path) -> bool:
    """Write JSON as `write_json`, unless there is such a file: whether it was made."""
    partial = write_json(content, path.with_name(f".{path.name}.{secrets.token_hex(4)}.made"))
    try:
        os.link(partial, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return True


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of ours and check its schema.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    BadRecord
        If it is damaged or of an unknown schema.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    except ValueError as error:
        raise BadRecord(f"{path}: damaged ({error}); move it away and run again") from error
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise BadRecord(f"{path}: schema {schema}, and this version reads schema {SCHEMA}; update oneaxis")
    return dict(content)


def jsonable(value: Any) -> Any:  # noqa: PLR0911 - one line a type reads best
    """A value as JSON can hold it; what JSON lacks becomes text."""
    if isinstance(value, Mapping):
        return {key: jsonable(item) for key, item in keyed(value)}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Absent):
        return {"absent": True}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def from_jsonable(value: Any) -> Any:
    """Give an absent leaf its meaning back."""
    return ABSENT if value == {"absent": True} else value


def _places(folder: Path) -> tuple[Path, Path]:
    return folder / PLACE / RECORD_FILE, folder / RECORD_FILE  # it only ever moves from the first to the second


def _ours(path: Path) -> dict[str, Any] | None:
    """A record's fields; None where the file is the task's own, which may be a copy of another trial's."""
    apart = path.parent.name == PLACE
    if not apart and not begins(path, "study"):
        return None
    try:
        fields = read_json(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    job = path.parent.parent if apart else path.parent
    return fields if PurePath(str(fields.get("folder", "."))).name in ("", job.name) else None


def _written_for(study: str, path: Path) -> bool:
    with contextlib.suppress(BadRecord):
        return (_ours(path) or {}).get("study") == study
    return False


def _record(fields: dict[str, Any], path: Path, known: dict[str, Any] | None) -> Record:
    failure = fields.get("failure")
    if fields.get("marks"):
        fields["config"] = _with_marks(fields["config"], {tuple(place): text for place, text in fields["marks"]})
    if known is not None:
        fields |= {name: known.setdefault(repr(fields[name]), fields[name]) for name in _COMMON if name in fields}
    fields.setdefault("curves", CURVES_FILE)  # where it lay before the record told
    try:
        return Record(
            **{
                **{name: value for name, value in fields.items() if name in _KNOWN},
                "failure": Failure(**failure) if failure else None,
                "overrides": tuple(fields["overrides"]),
            }
        )
    except (TypeError, KeyError) as error:
        raise BadRecord(
            f"{path}: the record lacks or misnames a field ({error}); move it away and run again"
        ) from error


def _record_fields(record: Record) -> dict[str, Any]:
    """The fields as they are written: without secrets."""
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(Record)}
    marks: list[tuple[tuple[str, ...], str]] = []
    fields["config"] = _without_marks(marked_values(record.config), marks)
    fields["marks"] = marks
    fields["overrides"] = [marked_override(text) for text in record.overrides]
    fields["failure"] = None
    if record.failure:
        secrets = secrets_in(record.config, os.environ)
        failure = dataclasses.asdict(record.failure)
        fields["failure"] = {
            name: masked_text(text, secrets) if isinstance(text, str) else text for name, text in failure.items()
        }
    return fields


def _without_marks(value: Any, marks: list[tuple[tuple[str, ...], str]], path: tuple[str, ...] = ()) -> Any:
    """A container with plain masks; the marked texts are added to `marks`, each with its path."""
    if isinstance(value, Mapping):
        return {key: _without_marks(item, marks, (*path, str(key))) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_marks(item, marks, (*path, str(place))) for place, item in enumerate(value)]
    if not isinstance(value, str) or not MARKED.search(value):
        return value
    marks.append((path, value))
    return MARKED.sub(MASK, value)


def _with_marks(value: Any, marks: Mapping[tuple[str, ...], str], path: tuple[str, ...] = ()) -> Any:
    """What `_without_marks` took apart, put together."""
    if isinstance(value, Mapping):
        return {key: _with_marks(item, marks, (*path, str(key))) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_marks(item, marks, (*path, str(place))) for place, item in enumerate(value)]
    return marks.get(path, value)
