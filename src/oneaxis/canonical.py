"""The canonical form of a configuration: its leaves by path, and its digest."""

from __future__ import annotations

import enum
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from oneaxis.vocabulary import ABSENT, Absent, Path


def leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each leaf of a container with its path.

    A list of plain values is one leaf; a list that holds containers is walked by index. Empty containers
    are leaves.
    """
    if isinstance(node, Mapping) and node:
        for key, child in node.items():
            yield from leaves(child, (*path, str(key)))
    elif isinstance(node, (list, tuple)) and any(isinstance(child, (Mapping, list, tuple)) for child in node):
        for index, child in enumerate(node):
            yield from leaves(child, (*path, str(index)))
    else:
        yield path, node


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
    return bool(_typed(one) == _typed(other))


def digest(config: Mapping[str, Any], *, without: Path = ()) -> str:
    """SHA-256 of a container; types count (1 is not 1.0), the order of keys doesn't.

    The leaf at `without` is left out: a trial's seed is checked apart.
    """
    typed = _typed(_drop(config, without) if without else config)
    return hashlib.sha256(json.dumps(typed, separators=(",", ":")).encode("utf-8", "surrogatepass")).hexdigest()


def _drop(node: Any, path: Path) -> Any:
    if not isinstance(node, Mapping):
        return node
    head, rest = path[0], path[1:]
    if rest:
        return {key: _drop(child, rest) if str(key) == head else child for key, child in node.items()}
    return {key: child for key, child in node.items() if str(key) != head}


def _typed(node: Any) -> Any:  # noqa: PLR0911 - one line a type reads best
    """A JSON value that two nodes share only if they have the same type and value."""
    if isinstance(node, Mapping):
        items = [(_typed(key), _typed(value)) for key, value in node.items()]
        return {"map": sorted(items, key=lambda item: json.dumps(item[0]))}
    if isinstance(node, (list, tuple)):
        return {"list": [_typed(child) for child in node]}
    if isinstance(node, enum.Enum):
        return {"enum": f"{type(node).__qualname__}.{node.name}"}
    if node is None or isinstance(node, (bool, str)):
        return node
    if isinstance(node, int):
        return {"int": str(node)}
    if isinstance(node, float):
        return {"float": "nan" if math.isnan(node) else repr(node)}
    if isinstance(node, bytes):
        return {"bytes": node.hex()}
    if isinstance(node, Absent):
        return {"absent": True}
    return {type(node).__qualname__: str(node)}
