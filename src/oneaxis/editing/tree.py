"""A YAML text as a tree of nodes that know where in the text they stand (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import yaml

from oneaxis.errors import CannotEdit
from oneaxis.vocabulary import Path

_PROPERTIES = re.compile(r"(?:[&!]\S*|#[^\r\n]*|\s+)+")  # and what may stand between them and the node


@dataclass(frozen=True)
class Node:
    """One node. `start` and `end` are places in the text; a block container ends where its last node does.

    `start` lies behind an anchor or tag. `column` is that of the node's first character, `style` a scalar's quote
    (`|` and `>` for blocks, None for plain), `text` a scalar's value or an alias's name.
    """

    kind: Literal["scalar", "alias", "map", "list"]
    start: int
    end: int
    column: int
    flow: bool = False
    style: str | None = None
    text: str = ""
    items: tuple[Node, ...] = ()
    keys: tuple[Node, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is written: `key:`."""
        return self.kind == "scalar" and self.start == self.end

    def child(self, name: str) -> Node | None:
        """The value under a key that stands here itself (not by `<<`), or a list's item."""
        if self.kind == "map":
            for key, value in zip(self.keys, self.items, strict=True):
                if key.kind == "scalar" and key.text == name:
                    return value
        if self.kind == "list" and name.isdecimal() and int(name) < len(self.items):
            return self.items[int(name)]
        return None


def parse(text: str) -> Node | None:
    """The root node; None for a text without content.

    Raises
    ------
    CannotEdit
        If the text isn't one YAML document.
    """
    try:
        events = list(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise CannotEdit(f"not readable as YAML: {' '.join(str(error).split())}") from error
    documents = [event for event in events if isinstance(event, yaml.DocumentStartEvent)]
    if len(documents) > 1:
        raise CannotEdit("it holds several YAML documents")
    stream = iter(event for event in events if isinstance(event, (yaml.NodeEvent, yaml.CollectionEndEvent)))
    first = next(stream, None)
    if first is None:
        return None
    root = _node(first, stream, text)
    return None if root.is_empty else root


def find(root: Node | None, path: Path) -> Node | None:
    """The node at a path, where each key of it is written out."""
    node = root
    for name in path:
        node = None if node is None else node.child(name)
    return node


def in_flow(root: Node | None, path: Path) -> bool:
    """Whether the node at a path stands inside `[…]` or `{…}`."""
    parents = (find(root, path[:length]) for length in range(len(path)))
    return any(node is not None and node.flow for node in parents)


def _node(event: yaml.Event, stream: Iterator[yaml.Event], text: str) -> Node:
    start, end, column = event.start_mark.index, event.end_mark.index, event.start_mark.column
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end, column, text=str(event.anchor))
    if isinstance(event, yaml.ScalarEvent):
        if event.anchor or event.tag:
            properties = _PROPERTIES.match(text, start, end)
            start = properties.end() if properties else start
        return Node("scalar", start, end, column, style=event.style, text=str(event.value))
    assert isinstance(event, yaml.CollectionStartEvent)
    flow = bool(event.flow_style)
    if event.anchor or event.tag:
        properties = _PROPERTIES.match(text, start)
        start = properties.end() if properties else start
    found: list[Node] = []
    for inner in stream:
        if isinstance(inner, yaml.CollectionEndEvent):
            end = inner.end_mark.index if flow else (found[-1].end if found else end)
            break
        found.append(_node(inner, stream, text))
    column = start - (max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1)
    if isinstance(event, yaml.SequenceStartEvent):
        return Node("list", start, end, column, flow=flow, items=tuple(found))
    return Node("map", start, end, column, flow=flow, keys=tuple(found[::2]), items=tuple(found[1::2]))
