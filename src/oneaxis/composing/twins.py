"""Keys that look the same: overrides make them of text, so `+levels.1=x` is another key than the number 1."""

from __future__ import annotations

from typing import Any

from oneaxis.errors import CannotCompose
from oneaxis.vocabulary import Path


def refuse_twins(node: Any, path: Path = ()) -> None:
    """See to it that keys differ in more than their type.

    Raises
    ------
    CannotCompose
        If two don't.
    """
    if isinstance(node, dict):
        for key, value in node.items():
            if not isinstance(key, str) and str(key) in node:
                name = ".".join((*path, str(key)))
                whole = ".".join(path) or "the configuration"
                raise CannotCompose(
                    f"`{name}` is there twice, as the text '{key}' and as {key!r}, which an override can't name; write "
                    f"the key as text in your configuration ('{key}': …), or sweep all of `{whole}`"
                )
            refuse_twins(value, (*path, str(key)))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            refuse_twins(value, (*path, str(place)))
