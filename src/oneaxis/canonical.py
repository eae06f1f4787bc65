"""The canonical form of a configuration: its leaves by path, and its digest."""

from __future__ import annotations

import enum
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from oneaxis.vocabulary import ABSENT, Absent, Path, one_name

_PLAIN = (str, int, bool, type(None))  # equal exactly where their texts are


def key_text(key: Any) -> str:
    """A mapping's key as overrides write it.

    A member of an enum that is text as well is that text: only a mapping that is typed by its enum has it by its name.
    """
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, enum.Enum):
        return key.name
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key)


def keyed(node: Mapping[Any, Any], text_of: Callable[[Any], str] = key_text) -> Collection[tuple[str, Any]]:
    """The items of a mapping by their keys' texts. Of keys that share one, those that aren't text tell their type."""
    if set(map(type, node)) <= {str}:  # as nearly always, and a study walks thousands of these
        return node.items()
    count = Counter(map(text_of, node))
    taken = {key for key in node if type(key) is str}
    found = []
    for key, value in node.items():
        text = text_of(key)
        if type(key) is not str:
            text = rf"\{type(key).__qualname__}:{text}" if count[text] > 1 else text
            while text in taken:
                text = rf"\{text}"
            taken.add(text)
        found.append((text, value))
    return found


def meant(path: Path, node: Any) -> Path:
    """The path of what an override names: `rate.ACC` is the key with the text `acc`, where an enum has it so."""
    found: list[str] = []
    for name in path:
        keys = list(node) if isinstance(node, Mapping) else []
        texts = {one_name(key_text(key)): key for key in keys}
        members = {key.name: one_name(key_text(key)) for key in keys if isinstance(key, enum.Enum)}
        text = name if name in texts else members.get(name, name)
        found.append(text)
        if isinstance(node, (list, tuple)) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            node = node[texts[text]] if text in texts else None
    return tuple(found)


def leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each leaf of a container with its path.

    A list of plain values is one leaf; a list that holds containers is walked by index. Empty containers
    are leaves.
    """
    found: list[tuple[Path, Any]] = []
    _gather(node, path, found)
    return iter(found)


def _gather(node: Any, path: Path, found: list[tuple[Path, Any]]) -> None:
    if isinstance(node, Mapping) and node:
        for key, child in keyed(node):
            _gather(child, (*path, one_name(key)), found)
    elif isinstance(node, (list, tuple)) and any(isinstance(child, (Mapping, list, tuple)) for child in node):
        for index, child in enumerate(node):
            _gather(child, (*path, str(index)), found)
    else:
        found.append((path, node))


def leaf_at(found: Mapping[Path, Any], path: Path) -> Any:
    """The leaf at a path, or the item of a plain list there (`layers.0`); `ABSENT` if there is none."""
    if path in found:
        return found[path]
    items = found.get(path[:-1])
    if isinstance(items, list) and path[-1].isdecimal() and int(path[-1]) < len(items):
        return items[int(path[-1])]
    return ABSENT


def same(one: Any, other: Any) -> bool:
    """Equal in value and in type; NaN equals NaN."""
    if type(one) is type(other) and type(one) in _PLAIN:
        return bool(one == other)
    return canonical_text(one) == canonical_text(other)


def digest(config: Mapping[str, Any], *, without: Path = ()) -> str:
    """SHA-256 of a container; types count (1 is not 1.0), the order of keys doesn't.

    The leaf at `without` is left out: a trial's seed is checked apart.
    """
    return hashlib.sha256(canonical_text(_drop(config, without) if without else config).encode("ascii")).hexdigest()


def _drop(node: Any, path: Path) -> Any:
    if not isinstance(node, Mapping):
        return node
    head, rest = path[0], path[1:]
    if rest:
        return {key: _drop(child, rest) if one_name(key_text(key)) == head else child for key, child in node.items()}
    return {key: child for key, child in node.items() if one_name(key_text(key)) != head}


def canonical_text(node: Any) -> str:  # noqa: C901, PLR0911 - one line a type reads best
    """JSON text that two nodes share only if they have the same type and value; keys are sorted by their own text."""
    if isinstance(node, str):
        return _quoted(node)
    if isinstance(node, Mapping):
        items = sorted(
            [(canonical_text(key), canonical_text(value)) for key, value in node.items()], key=lambda item: item[0]
        )
        return '{"map":[' + ",".join([f"[{key},{value}]" for key, value in items]) + "]}"
    if isinstance(node, (list, tuple)):
        return '{"list":[' + ",".join([canonical_text(child) for child in node]) + "]}"
    if isinstance(node, enum.Enum):
        return f'{{"enum":{_quoted(f"{type(node).__qualname__}.{node.name}")}}}'
    if node is None:
        return "null"
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, int):
        return f'{{"int":"{int(node)}"}}'
    if isinstance(node, float):
        return f'{{"float":{_quoted("nan" if math.isnan(node) else repr(node))}}}'
    if isinstance(node, bytes):
        return f'{{"bytes":"{node.hex()}"}}'
    if isinstance(node, Absent):
        return '{"absent":true}'
    return f"{{{_quoted(type(node).__qualname__)}:{_quoted(str(node))}}}"
