"""What a person would change in a configuration to make it another one: few places, each with its new value (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oneaxis.canonical import key_text, same
from oneaxis.errors import CannotEdit
from oneaxis.vocabulary import ABSENT, Path


@dataclass(frozen=True)
class Place:
    """One key, or one list, before and after; `before` is `ABSENT` where the key is new."""

    path: Path
    before: Any
    after: Any


def places(before: Any, after: Any, path: Path = ()) -> Iterator[Place]:
    """The smallest places that differ. A list of another length is one place; a list of containers is walked.

    Raises
    ------
    CannotEdit
        If a key disappears: a file can't unsay what another file says.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping) and (before or not after):
        for name in before:
            if name not in after:
                raise CannotEdit(
                    f"`{'.'.join((*path, key_text(name)))}` would have to disappear, which no small edit does"
                )
        for name, value in after.items():
            yield from places(before.get(name, ABSENT), value, (*path, key_text(name)))
    elif before is ABSENT and isinstance(after, Mapping) and after:
        for name, value in after.items():
            yield from places(ABSENT, value, (*path, key_text(name)))
    elif _walked(before, after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from places(*pair, (*path, str(index)))
    elif not same(before, after):
        yield Place(path, before, after)


def put(config: Any, path: Path, value: Any) -> Any:
    """The configuration with one place changed."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    if isinstance(config, list):
        return [put(item, rest, value) if str(index) == name else item for index, item in enumerate(config)]
    known = {key_text(key): key for key in config} if isinstance(config, Mapping) else {}
    below = config[known[name]] if name in known else {}
    return {**(config if isinstance(config, Mapping) else {}), known.get(name, name): put(below, rest, value)}


def _walked(before: Any, after: Any) -> bool:
    both = isinstance(before, list) and isinstance(after, list) and len(before) == len(after)
    return both and any(isinstance(item, (Mapping, list)) for item in before)
