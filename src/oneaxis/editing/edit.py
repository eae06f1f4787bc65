"""Small edits of a YAML text: all but the edited value stays byte for byte (pure but for reading values)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oneaxis.canonical import same
from oneaxis.editing.tree import Node, find, in_flow, parse
from oneaxis.editing.written import written
from oneaxis.errors import CannotEdit
from oneaxis.vocabulary import Path

INDENT = 2
LAST_AT_TOP = "hydra"  # the plumbing, which stays at a file's end


def set_value(text: str, path: Path, value: Any, before: Any = None) -> str | None:
    """Put `value` where the key stands; None if it doesn't stand in this text.

    `before` is the list that stands there, where one does: only its changed items are touched.
    """
    root = parse(text)
    node = find(root, path)
    if node is None:
        return None
    if node.kind == "list" and isinstance(value, list) and isinstance(before, list) and len(before) == len(node.items):
        return _set_items(text, path, value, before)
    flow = in_flow(root, path)
    new = written(value, flow=flow, style=node.style)
    if node.kind in ("map", "list") and not node.flow:
        return _instead_of_block(text, root, path, node, new)
    end = node.end
    if node.style in ("|", ">"):
        end = node.start + len(text[node.start : node.end].rstrip())
    if node.is_empty:
        return f"{text[: node.start]} {new}{text[node.start :]}"
    return text[: node.start] + new + text[end:]


def insert(text: str, path: Path, value: Any) -> str | None:
    """Add a key below the mappings of its path that stand here; None if it stands here already, or can't."""
    root = parse(text)
    if root is None:
        return _appended(text, _block(path, value, 0), _newline(text))
    known = next(length for length in range(len(path) - 1, -1, -1) if find(root, path[:length]) is not None)
    parent = find(root, path[:known])
    assert parent is not None
    rest = path[known:]
    if parent.kind != "map" or parent.child(rest[0]) is not None:
        empty = known > 0 and (parent.is_empty or parent.text in ("null", "~"))
        return set_value(text, path[:known], _nested(rest, value)) if empty else None
    if parent.flow:
        pair = f"{written(rest[0], flow=True)}: {written(_nested(rest[1:], value), flow=True)}"
        if parent.items:
            place = parent.items[-1].end
            return f"{text[:place]}, {pair}{text[place:]}"
        return f"{text[: parent.start + 1]}{pair}{text[parent.start + 1 :]}"
    last = parent.items[-1]
    if known == 0 and len(parent.keys) > 1 and parent.keys[-1].text == LAST_AT_TOP:
        last = parent.items[-2]
    return _new_lines(text, last, _block(rest, value, parent.column))


def default_entries(text: str) -> list[tuple[str, Path | None]]:
    """The entries of the defaults list as written, `override model@net`, and where the choice of each stands."""
    defaults = find(parse(text), ("defaults",))
    if defaults is None or defaults.kind != "list":
        return []
    found: list[tuple[str, Path | None]] = []
    for index, item in enumerate(defaults.items):
        if item.kind == "map" and len(item.keys) == 1:
            found.append((item.keys[0].text, ("defaults", str(index), item.keys[0].text)))
        else:
            found.append((item.text, None))
    return found


def insert_default(text: str, entry: Mapping[str, Any], place: int | None) -> str | None:
    """Add an entry to the defaults list, before the one at `place`, or at its end."""
    root = parse(text)
    defaults = find(root, ("defaults",))
    if defaults is None or defaults.kind != "list" or not defaults.items:
        return None
    [(key, value)] = entry.items()
    pair = f"{written(key, flow=defaults.flow)}: {written(value, flow=defaults.flow)}"
    if place is None or place >= len(defaults.items):
        last = defaults.items[-1]
        if defaults.flow:
            return f"{text[: last.end]}, {{{pair}}}{text[last.end :]}"
        return _new_lines(text, last, [" " * defaults.column + f"- {pair}"])
    start = defaults.items[place].start
    if defaults.flow:
        return f"{text[:start]}{{{pair}}}, {text[start:]}"
    line = _line_start(text, start)
    return f"{text[:line]}{' ' * defaults.column}- {pair}{_newline(text)}{text[line:]}"


def _set_items(text: str, path: Path, value: Sequence[Any], before: Sequence[Any]) -> str:
    """Items that changed, where they stand; then what the list gains or loses at its end."""
    node = _found(text, path)
    if not value or not node.items:
        if node.flow:
            return text[: node.start] + written(list(value), flow=True) + text[node.end :]
        return _instead_of_block(text, parse(text), path, node, written(list(value)))
    for index, (new, old) in enumerate(zip(value, before, strict=False)):
        if not same(new, old):
            changed = set_value(text, (*path, str(index)), new, old)
            assert changed is not None
            text = changed
    node = _found(text, path)
    if len(value) < len(node.items):
        cut, end = node.items[len(value) - 1].end, node.items[-1].end
        if not node.flow:
            cut, end = _line_end(text, cut), _line_end(text, end)
        return text[:cut] + text[end:]
    more = [written(item, flow=node.flow) for item in value[len(node.items) :]]
    last = node.items[-1]
    if not more:
        return text
    if node.flow:
        return f"{text[: last.end]}, {', '.join(more)}{text[last.end :]}"
    return _new_lines(text, last, [" " * node.column + f"- {item}" for item in more])


def _instead_of_block(text: str, root: Node | None, path: Path, node: Node, new: str) -> str:
    """A block's lines go; its new value stands on the line of its key."""
    parent = find(root, path[:-1])
    if parent is None or parent.kind != "map" or not path:
        raise CannotEdit(f"`{'.'.join(path)}` is a block that can't be written on one line")
    key = next(key for key in parent.keys if key.text == path[-1])
    colon = text.index(":", key.end) + 1
    first = _line_end(text, colon)
    head = text[colon:first]
    if first > node.start:
        raise CannotEdit(f"`{'.'.join(path)}` is a block that begins on its key's line")
    tail = text[_line_end(text, node.end) :] if text[node.end - 1 : node.end] != "\n" else text[node.end - 1 :]
    return f"{text[:colon]} {new}{head}{tail}"


def _block(path: Path, value: Any, column: int) -> list[str]:
    """A new key as lines: a line a level."""
    lines = [" " * (column + INDENT * level) + f"{written(name)}:" for level, name in enumerate(path)]
    lines[-1] += f" {written(value)}"
    return lines


def _nested(path: Path, value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _new_lines(text: str, last: Node, lines: Sequence[str]) -> str:
    """Lines after the one on which a node ends."""
    newline = _newline(text)
    if last.style in ("|", ">") and text[last.end - 1 : last.end] == "\n":
        return text[: last.end] + "".join(line + newline for line in lines) + text[last.end :]
    end = _line_end(text, last.end)
    return text[:end] + "".join(newline + line for line in lines) + text[end:]


def _appended(text: str, lines: Sequence[str], newline: str) -> str:
    gap = newline if text and not text.endswith(("\n", "\r")) else ""
    return text + gap + newline.join(lines) + newline


def _found(text: str, path: Path) -> Node:
    node = find(parse(text), path)
    assert node is not None
    return node


def _newline(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _line_end(text: str, place: int) -> int:
    """Where the line ends that `place` is on, before its line break."""
    found = [end for end in (text.find("\n", place), text.find("\r", place)) if end >= 0]
    return min(found, default=len(text))


def _line_start(text: str, place: int) -> int:
    return max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
