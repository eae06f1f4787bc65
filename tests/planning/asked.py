"""What a planner test asks for, written as a command line: `asked("steps=5", axis("lr", "0.1", "1"))`."""

from __future__ import annotations

import re
from typing import Any

from oneaxis.planning.request import Request
from oneaxis.vocabulary import Axis, FixedOverride, Step

GROUPS = ("model", "data", "extra", "experiment")


def axis(key: str, *candidates: str | Step, prefix: str = "", carries: tuple[str, ...] = ()) -> Axis:
    """An axis; `asked` gives it its place."""
    return Axis(key, kind_of(key), candidates, prefix, None, carries)


def asked(*line: str | Axis, file: tuple[Axis, ...] = (), **settings: Any) -> Request:
    """A request from overrides and axes in the order in which they were typed, and axes from a file."""
    fixed: list[FixedOverride] = []
    axes: list[Axis] = []
    for position, item in enumerate(line):
        if isinstance(item, str):
            prefix, key = re.match(r"([+~]*)([^=]*)", item).groups()
            fixed.append(FixedOverride(item, key, prefix, kind_of(key), position))
        else:
            axes.append(Axis(item.key, item.kind, item.candidates, item.prefix, position, item.carries))
    return Request(tuple(fixed), (*axes, *file), **settings)


def kind_of(key: str) -> Any:
    return "group" if key.partition("@")[0] in GROUPS else "value"
