"""Values as texts of Hydra's override grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hydra.core.override_parser.types import Override, Quote, QuotedString

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = {"null", "true", "false", "nan", "inf"}
_UNQUOTED = re.compile(r"[A-Za-z0-9_/\\+.$%*@?|()\[\]{}:=, \t-]+")  # what the grammar takes, some of it escaped


def to_text(value: Any) -> str:  # noqa: PLR0911 - one line a type reads best
    """A parsed or plain value as it stands after `=` in an override; parsing gives the value back."""
    if isinstance(value, QuotedString):
        return value.with_quotes()
    if isinstance(value, str):
        if _is_interpolation(value):
            return value  # escaping would hide it from the reader; the grammar takes it as it is
        if _reads_otherwise(value) or not _UNQUOTED.fullmatch(value):
            return QuotedString(text=value, quote=Quote.single).with_quotes()
        return _escaped(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(to_text(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{to_text(key)}:{to_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return str(value)


def quote(text: str) -> str:
    """Any text as one quoted string of the grammar, without interpolation."""
    literal = re.sub(r"(\\*)\$\{", lambda found: found.group(1) * 2 + r"\${", text)
    return QuotedString(text=literal, quote=Quote.single).with_quotes()


def written(value: Any) -> str:
    """A YAML value as override text: strings are quoted unless they are plain words."""
    if isinstance(value, str):
        if _is_interpolation(value) or (_PLAIN.fullmatch(value) and value.lower() not in _WORDS):
            return value
        return QuotedString(text=value, quote=Quote.single).with_quotes()
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(written(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_written_key(key)}:{written(item)}" for key, item in value.items()) + "}"
    return to_text(value)


def _written_key(key: Any) -> str:
    """A key of a dict: the grammar takes no quotes there, only escapes."""
    return _escaped(key) if isinstance(key, str) and not _reads_otherwise(key) else written(key)


def _escaped(text: str) -> str:
    escaped = str(Override._get_value_element_as_str(text))  # noqa: SLF001 - Hydra's own escapes
    if text != text.strip():
        return escaped
    # A space within a value needs none, and reads better without.
    return re.sub(r"\\(.)", lambda found: " " if found[1] == " " else found[0], escaped)


def _reads_otherwise(text: str) -> bool:
    """Whether a text without quotes would be read as a number, a truth value or null."""
    try:
        float(text)
    except ValueError:
        return text.lower() in _WORDS
    return True


def _is_interpolation(text: str) -> bool:
    return re.fullmatch(r"\$\{[^{}]*\}", text) is not None
