"""Keys that look the same: overrides make them of text, so `+levels.1=x` is another key than the number 1."""

from __future__ import annotations

from typing import Any

from oneaxis.canonical import key_text
from oneaxis.errors import CannotCompose
from oneaxis.vocabulary import Path, one_name


def refuse_twins(node: Any, path: Path = ()) -> None:
    """See to it that keys differ in more than their type.

    Raises
    ------
    CannotCompose
        If two don't.
    """
    if isinstance(node, dict):
        seen: dict[str, Any] = {}
        for key, value in node.items():
            text = key_text(key)
            if text in seen:
                name = ".".join((*path, one_name(text)))
                whole = ".".join(path) or "the configuration"
                one, other = sorted((seen[text], key), key=lambda each: type(each) is not str)
                told = f"the text '{one}'" if type(one) is str else repr(one)
                raise CannotCompose(
                    f"`{name}` is there twice, as {told} and as {other!r}, which an override can't name; write the key "
                    f"as text in your configuration ('{text}': …), or sweep all of `{whole}`"
                )
            seen[text] = key
            refuse_twins(value, (*path, one_name(text)))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            refuse_twins(value, (*path, str(place)))
