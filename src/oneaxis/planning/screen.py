"""Axes derived from the composed reference: which knobs matter?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oneaxis.canonical import leaves
from oneaxis.errors import BadOverride
from oneaxis.vocabulary import ABSENT, Axis, Composed, Step

HALF_AND_DOUBLE = (Step("times", 0.5), Step("times", 2))
NAMED = 6  # keys left alone that are named before the rest is counted


@dataclass(frozen=True)
class Screened:
    """Derived axes, and what is said of the keys that gave none."""

    axes: tuple[Axis, ...]
    remarks: tuple[str, ...]


def screen(
    subtrees: Sequence[str],
    reference: Composed,
    options: Callable[[str], Sequence[str]],
    *,
    leave: Sequence[str] = (),
    carries: Mapping[str, Sequence[str]] | None = None,
) -> Screened:
    """Every group and every number and switch in the named subtrees, as axes.

    Groups through their other options (`options` of a group), numbers × ½ and × 2, switches flipped. `leave` are keys
    that are no axis of this study whatever they hold: the seed, protected ones, those with axes already.

    Raises
    ------
    BadOverride
        For a name that is no group and no key of the reference.
    """
    carried = {key: tuple(names) for key, names in (carries or {}).items()}
    found: dict[str, Axis] = {}
    alone: list[str] = []
    for name in subtrees:
        groups = [group for group in reference.choices if _covers(name, _plain(group))]
        keys = [(path, text) for path, text in leaves(reference.config) if _covers(name, ".".join(path))]
        if not groups and not keys:
            raise BadOverride(_unknown(name, reference))
        for group in groups:
            others = tuple(option for option in options(_plain(group, "/")) if option != reference.choices[group])
            if others and group not in leave:
                found.setdefault(group, Axis(group, "group", others, carries=carried.get(group, ()), derived=True))
        for path, text in keys:
            key = ".".join(path)
            if any(_covers(left, key) for left in leave):
                continue
            values = _candidates(path, text, reference.resolved.get(path, ABSENT))
            if values:
                found.setdefault(key, Axis(key, "value", values, carries=carried.get(key, ()), derived=True))
            elif not path[-1].startswith("_"):
                alone.append(key)
    return Screened(tuple(found.values()), tuple(_remarks(list(dict.fromkeys(alone)))))


def _plain(group: str, separator: str = ".") -> str:
    """A group's name without its package."""
    return group.partition("@")[0].replace("/", separator)


def _covers(name: str, key: str) -> bool:
    plain = name.replace("/", ".")
    return key == plain or key.startswith(f"{plain}.")


def _candidates(path: Sequence[str], written: Any, value: Any) -> tuple[str | Step, ...]:
    """What to try in a leaf's place; nothing for a text, a list, a zero or a value that follows another key."""
    follows = isinstance(written, str) and "${" in written
    if follows or not all(name.isidentifier() for name in path):
        return ()
    if isinstance(value, bool):
        return ("false" if value else "true",)
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value == 0:
        return ()
    # The half of a lone one is none at all: a depth, a number of heads.
    return HALF_AND_DOUBLE[1:] if isinstance(value, int) and abs(value) == 1 else HALF_AND_DOUBLE


def _remarks(alone: Sequence[str]) -> Iterator[str]:
    if alone:
        more = f" and {len(alone) - NAMED} more" if len(alone) > NAMED else ""
        names = ", ".join(alone[:NAMED])
        yield f"screened are groups, numbers and switches; left as they are: {names}{more}"


def _unknown(name: str, reference: Composed) -> str:
    known = ", ".join(dict.fromkeys([*reference.config, *(group.partition("@")[0] for group in reference.choices)]))
    return f"hydra.sweeper.screen names `{name}`, which is no group and no key of the reference; it has {known}"
