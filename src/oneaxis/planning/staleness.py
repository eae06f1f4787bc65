"""Whether a finding still speaks of today's reference (pure); docs/explanation/findings.md says the rule in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from oneaxis.canonical import leaves, same
from oneaxis.masking import marked_typed, unknown
from oneaxis.planning.proof import changes, known, within
from oneaxis.planning.roles import Role, is_number, role_of
from oneaxis.vocabulary import Composed, Path, split_key

Roles = Mapping[str, Sequence[str]]
Freshness = Literal["fresh", "maybe stale", "stale"]
CHOOSES_AXES = "axes"  # a group that moves no reference


@dataclass(frozen=True)
class Moved:
    """One axis on which today's reference differs from the one that a finding was measured at."""

    key: str
    kind: Literal["group", "value"]
    number: bool = True


def moved(then: Composed, now: Composed, *, seed: Path = ()) -> tuple[Moved, ...]:
    """The groups chosen otherwise, then the values changed outside of these; a seed moves no reference.

    What an older oneaxis masked counts where nothing else has changed: something has.
    """
    groups = [
        key
        for key in dict.fromkeys((*then.choices, *now.choices))
        if then.choices.get(key) != now.choices.get(key) and key.rpartition("/")[2] != CHOOSES_AXES
    ]
    region = [_place(key) for key in groups]
    before, after = (dict(leaves(side.config)) for side in (then, now))
    found = [
        change
        for change in changes(before, after)
        if not within(change.path, region) and (not seed or change.path != seed)
    ]
    values = [Moved(change.key, "value", number=is_number(str(change.after))) for change in known(found)]
    if found and not values and not groups:
        values = [Moved("a masked value", "value", number=False)]
    return (*(Moved(key, "group") for key in groups), *values)


def freshness(
    axis: str, kind: str, since: Sequence[Moved], roles: Roles, *, number: bool = True
) -> tuple[Freshness, str]:
    """How far a finding on an axis, whose value is a `number` or isn't, holds after these moves, and which decides.

    Fresh where nothing moved. Stale where its own axis moved, or where structure moved under a tuning finding.
    Otherwise maybe stale.
    """
    if not since:
        return "fresh", ""
    own = next((each for each in since if _touches(axis, each)), None)
    if own is not None:
        return "stale", f"{own.key} itself moved"
    if role_of(axis, kind, roles, number=number) == "tuning":
        structure = next((each for each in since if _role(each, roles) == "structure"), None)
        if structure is not None:
            return "stale", f"{structure.key} changed under it"
    return "maybe stale", f"{since[0].key} changed"


def is_reference(axis: str, kind: str, value: str, now: Composed, leaf: Any) -> bool:
    """Whether a deviation's value is today's reference's; `leaf` is the value that the deviation gives its key."""
    if kind == "group":
        return now.choices.get(axis) == value
    found = dict(leaves(now.config)).get(split_key(axis))
    if unknown(leaf):  # what an older oneaxis masked stands in the deviation's name
        return found is not None and marked_typed(axis, str(found)) == marked_typed(axis, value)
    return found is not None and same(found, leaf)


def _role(each: Moved, roles: Roles) -> Role | None:
    return role_of(each.key, each.kind, roles, number=each.number)


def _touches(axis: str, each: Moved) -> bool:
    own, other = _place(axis), _place(each.key)
    return within(other, [own]) or within(own, [other])


def _place(key: str) -> Path:
    group, _, package = key.partition("@")
    return split_key(package or group.replace("/", "."))
