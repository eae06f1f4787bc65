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
from pathlib import Path
from typing import Any

from oneaxis.errors import BadRecord
from oneaxis.masking import masked_override, masked_text, masked_values, secrets_in
from oneaxis.vocabulary import ABSENT, Absent, Failure, Record

SCHEMA = 1
RECORD_FILE = "record.json"
_KNOWN = frozenset(field.name for field in dataclasses.fields(Record))
_COMMON = ("code", "environment", "data", "data_files", "sizes")  # most trials of a study have these alike


def write_record(record: Record, folder: Path) -> Path:
    """Write `record.json` into a job folder: under a temporary name first, then renamed."""
    return write_json({"schema": SCHEMA, **_record_fields(record)}, folder / RECORD_FILE)


def read_record(folder: Path, known: dict[str, Any] | None = None) -> Record | None:
    """The record in a job folder; None if there is none.

    With `known` (filled as records are read) parts that are equal in many records are kept once: of 10,000 records that
    is most of what they take in memory.

    Raises
    ------
    BadRecord
        If the file is damaged or of an unknown schema.
    """
    path = folder / RECORD_FILE
    try:
        fields = read_json(path)
    except FileNotFoundError:
        return None
    failure = fields.get("failure")
    if known is not None:
        fields |= {name: known.setdefault(repr(fields[name]), fields[name]) for name in _COMMON if name in fields}
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
        return {str(key): jsonable(item) for key, item in value.items()}
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


def _record_fields(record: Record) -> dict[str, Any]:
    """The fields as they are written: without secrets."""
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(Record)}
    fields["config"] = masked_values(record.config)
    fields["overrides"] = [masked_override(text) for text in record.overrides]
    fields["failure"] = None
    if record.failure:
        secrets = secrets_in(record.config, os.environ)
        failure = dataclasses.asdict(record.failure)
        fields["failure"] = {
            name: masked_text(text, secrets) if isinstance(text, str) else text for name, text in failure.items()
        }
    return fields
