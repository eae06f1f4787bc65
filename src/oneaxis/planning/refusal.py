"""The words of a refusal: what was changed, what else changed with it, and what to type."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from oneaxis.vocabulary import ABSENT, Axis, Change, Difference, FixedOverride

SHOWN = 6  # changes listed before the rest is counted


def not_one_axis(axis: Axis, value: str, found: Difference) -> str:
    """`model=b` changes more than model: both differences, and the ways out."""
    dragged = sorted({change.path[0] for change in (*found.foreign_choices, *found.foreign)})
    names = ", ".join(f"`{name}`" for name in dragged)
    lines = [f"your `{axis.key}={value}` also changes {names}: two changes at once can't be told apart."]
    lines.append(f"  its own change, on {axis.key}:")
    lines.extend(_listed(found.own) or ["    none (the option has no place of its own: `@package _global_`)"])
    lines.append("  what it drags along:")
    lines.extend(_listed((*found.foreign_choices, *found.foreign)))
    carries = ",".join(dragged)
    lines.append(
        "  Make the option change one thing only, or declare that they belong together:\n"
        f"    'hydra.sweeper.carries={{{axis.key}:[{carries}]}}'"
    )
    return "\n".join(lines)


def cannot_compose(axis: Axis, value: str, reason: str, fixed: Sequence[FixedOverride]) -> str:
    """A value that Hydra can't compose; a fixed override inside a swept group is named as the cause."""
    if axis.kind == "group":
        for item in fixed:
            if item.kind == "value" and f"'{item.key}'" in reason:
                key, _, given = item.text.partition("=")
                return (
                    f"`{item.text}` is fixed, but `{axis.key}={value}` has no `{item.key}`: {reason.rstrip('.')}. "
                    f"Drop `{item.text}`, or leave {value} out of the sweep. One value moves the reference; "
                    f"to make it an axis, type '{key}=choice({given})'."
                )
    return f"axis `{axis.key}`: `{axis.prefix}{axis.key}={value}` can't be composed: {reason}"


def protected_key(axis: Axis, value: str, change: Change) -> str:
    return (
        f"axis `{axis.key}`: `{axis.key}={value}` would change `{change.key}`, which hydra.sweeper.policy.protected "
        "keeps fixed; choose another axis, or take the key out of the list"
    )


def show(change: Change) -> str:
    """`optimizer.lr: 0.01 → 0.1`."""
    return f"{change.key}: {shown(change.before)} → {shown(change.after)}"


def shown(value: object) -> str:
    if value is ABSENT or value is None:
        return "(absent)" if value is ABSENT else "null"
    return value.name if isinstance(value, Enum) else str(value)


def _listed(found: Sequence[Change]) -> list[str]:
    lines = [f"    {show(change)}" for change in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"    and {len(found) - SHOWN} more")
    return lines
