"""Checks that settings share: the message names the setting and its legal values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oneaxis.errors import BadOverride


def above_zero(value: Any, name: str) -> None:
    if value is not None and value <= 0:
        raise BadOverride(f"hydra.sweeper.{name} is {value}; give more than 0, or leave it out")


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def mapping(value: Any, name: str, form: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadOverride(f"hydra.sweeper.{name} is {value!r}; write {form}")
    return {str(key): item for key, item in value.items()}


def names(value: Any, name: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else (value or [])
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise BadOverride(f"hydra.sweeper.{name} is {value!r}; give a list of names: [model,data]")
    return tuple(items)


def one_of(value: Any, name: str, legal: tuple[str | None, ...], *, of: str = "hydra.sweeper.") -> Any:
    if value not in legal:
        choices = " or ".join("null" if item is None else item for item in legal)
        raise BadOverride(f"{of}{name} is {value!r}; give {choices}")
    return value
