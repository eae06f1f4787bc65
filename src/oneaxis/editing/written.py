"""Values as a person writes them into a YAML file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from oneaxis.canonical import same
from oneaxis.errors import CannotEdit


def written(value: Any, *, flow: bool = False, style: str | None = None) -> str:
    """A value on one line; OmegaConf reads it back as the same value of the same type.

    `flow` says that it will stand inside `[…]` or `{…}`, `style` which quotes stood there before.

    Raises
    ------
    CannotEdit
        For a value that no YAML text gives back.
    """
    for text in _candidates(value, style):
        if same(_read(text, flow=flow), value):
            return text
    raise CannotEdit(f"{value!r} can't be written as YAML")


def _read(text: str, *, flow: bool) -> Any:
    """What OmegaConf makes of a text, unresolved; where it can't read it, something that equals nothing."""
    try:
        found = OmegaConf.to_container(OmegaConf.create(f"key: [{text}]" if flow else f"key: {text}"), resolve=False)
    except (YAMLError, OmegaConfBaseException, ValueError):
        return object()
    if not isinstance(found, dict) or list(found) != ["key"]:
        return object()
    value = found["key"]
    if not flow:
        return value
    return value[0] if isinstance(value, list) and len(value) == 1 else object()


def _candidates(value: Any, style: str | None) -> list[str]:  # noqa: PLR0911 - one line a type reads best
    if isinstance(value, str):
        single = "'" + value.replace("'", "''") + "'"
        double = json.dumps(value, ensure_ascii=False)
        quoted = [double, single] if style == '"' else [single, double]
        single_line = [text for text in quoted if "\n" not in text and "\r" not in text]
        return single_line if style in ("'", '"') else [value, *single_line]
    if isinstance(value, Mapping):
        pairs = [f"{written(key, flow=True)}: {written(item, flow=True)}" for key, item in value.items()]
        return ["{" + ", ".join(pairs) + "}"]
    if isinstance(value, (list, tuple)):
        return ["[" + ", ".join(written(item, flow=True) for item in value) + "]"]
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, float):
        if math.isnan(value):
            return [".nan"]
        return [repr(value) if math.isfinite(value) else (".inf" if value > 0 else "-.inf")]
    return [str(value)] if isinstance(value, int) else []
