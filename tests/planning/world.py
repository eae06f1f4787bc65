"""A small composition over dicts that stands in for Hydra where the planner alone is tested.

It knows groups with options, packages (`model@net.model`), overrides with `+` and `++`, and `${key}`.
An option may hold `@defaults`: other groups' options that it drags along.
"""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from oneaxis.canonical import leaves
from oneaxis.errors import CannotCompose
from oneaxis.vocabulary import Composed

SPOKEN = {"null": None, "true": True, "false": False, "nan": math.nan, "inf": math.inf}


class World:
    """Composes as `oneaxis.vocabulary.Compose` asks for."""

    def __init__(
        self,
        base: Mapping[str, Any],
        groups: Mapping[str, Mapping[str, Any]] | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        self.base = base
        self.groups = groups or {}
        self.chosen = chosen or {}

    def __call__(self, overrides: Sequence[str], *, places: bool = False) -> Composed:
        choices: dict[str, str | None] = dict(self.chosen)
        values: list[tuple[str, str, Any]] = []
        for text in overrides:
            prefix, key, value = re.fullmatch(r"(\+*)([^=]*)=(.*)", text, re.DOTALL).groups()
            if key.partition("@")[0] in self.groups:
                choices[key] = value
            else:
                values.append((prefix, key, read(value)))
        config: dict[str, Any] = copy.deepcopy(dict(self.base))
        for key in list(choices):
            choices |= self._option(key, choices).get("@defaults", {})
        for key in choices:
            node = config
            for name in place_of(key):
                node = node.setdefault(name, {})
            node |= {
                name: copy.deepcopy(item) for name, item in self._option(key, choices).items() if name != "@defaults"
            }
        for prefix, key, value in values:
            put(config, key, value, add=bool(prefix))
        return Composed(
            config=config,
            choices=choices,
            resolved=dict(leaves(resolved(config, config))),
            places={key: place_of(key) for key in choices} if places else {},
        )

    def _option(self, key: str, choices: Mapping[str, str | None]) -> Mapping[str, Any]:
        options = self.groups[key.partition("@")[0]]
        if choices[key] not in options:
            raise CannotCompose(f"Could not find '{key}/{choices[key]}'")
        return options[choices[key]]


def place_of(key: str) -> tuple[str, ...]:
    """Where a group's nodes live."""
    group, _, package = key.partition("@")
    return () if package == "_global_" else tuple((package or group.replace("/", ".")).split("."))


def read(text: str) -> Any:
    """The value of an override's text."""
    if text in SPOKEN:
        return SPOKEN[text]
    if text.startswith("'"):
        return text[1:-1]
    try:
        return json.loads(text)
    except ValueError:
        return text


def put(config: dict[str, Any], key: str, value: Any, *, add: bool) -> None:
    """Set a value, as Hydra does on a closed configuration."""
    *parents, last = key.split(".")
    node: Any = config
    for name in parents:
        node = node.setdefault(name, {}) if add else node.get(name, {})
    if last not in node and not add:
        raise CannotCompose(f"Could not override '{key}'. Key '{last}' is not in struct")
    node[last] = value


def resolved(node: Any, root: Mapping[str, Any]) -> Any:
    """The container with each `${key}` followed."""
    if isinstance(node, Mapping):
        return {key: resolved(child, root) for key, child in node.items()}
    if isinstance(node, list):
        return [resolved(child, root) for child in node]
    if isinstance(node, str) and (found := re.fullmatch(r"\$\{([^}]*)\}", node)):
        target: Any = root
        for name in found.group(1).split("."):
            target = target[name]
        return resolved(target, root)
    return node
