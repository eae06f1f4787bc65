"""What a plan says beside its trials: nothing here stops a study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from oneaxis.canonical import keyed, leaf_at, leaves, same
from oneaxis.masking import MARKED, marked_values, masked_override
from oneaxis.planning.proof import within
from oneaxis.planning.refusal import shown
from oneaxis.planning.request import Request
from oneaxis.vocabulary import ABSENT, Axis, Composed, Path, Plan, one_name, split_key

THE_REFERENCE = "the reference"
_RESOLVER = re.compile(r"\$\{(?!hydra:)[\w.]+:")


def before(axis: Axis, reference: Composed) -> str:
    """The reference's value of the axis, as text."""
    if axis.kind == "group":
        choice = reference.choices.get(axis.key, ABSENT)
        return "null" if choice is None else str(choice)
    value, written = leaf_at(reference.resolved, axis.path), dict(leaves(reference.config))
    if value is not ABSENT:
        return shown(marked_values(value, axis.path, leaf_at(written, axis.path)))
    below = {
        path[len(axis.path) :]: marked_values(leaf, path, written.get(path))
        for path, leaf in reference.resolved.items()
        if within(path, [axis.path])
    }
    return _nested(below, reduce(_child, axis.path, reference.config)) if below else shown(ABSENT)


def other_type(axis: Axis, reference: Composed, deviation: Composed) -> tuple[str, ...]:
    """A remark where a value equals the reference's but for its type: 1.0 for 1."""
    one, other = leaf_at(reference.resolved, axis.path), leaf_at(deviation.resolved, axis.path)
    plain = isinstance(one, (int, float, str)) and isinstance(other, (int, float, str))
    truth = isinstance(one, bool) != isinstance(other, bool)  # Python has True == 1, and nobody means it
    if axis.kind == "group" or not plain or truth or same(one, other) or one != other:
        return ()
    types = f"{type(one).__name__} → {type(other).__name__}"
    return (f"equal to the reference's {marked_values(one, axis.path)!r}, of another type ({types})",)


def unties(axis: Axis, reference: Composed, deviation: Composed) -> tuple[str, ...]:
    """A remark where a value is what the reference's interpolation gives at the first seed: it may differ at others."""
    written = value_at(reference.config, axis.path)
    equal = same(leaf_at(reference.resolved, axis.path), leaf_at(deviation.resolved, axis.path))
    if axis.kind == "group" or not equal or "${" not in str(written):
        return ()
    return (f"equal to what the reference's `{shown(marked_values(written, axis.path))}` gives",)


def resolves_to(axis: Axis, deviation: Composed) -> tuple[str, ...]:
    """A remark where the value points to another key; what a resolver gives may differ at each call."""
    text = value_at(deviation.config, axis.path)
    if axis.kind == "group" or not isinstance(text, str) or "${" not in text or re.search(r"\$\{[^}]*:", text):
        return ()
    return (f"resolves to {marked_values(leaf_at(deviation.resolved, axis.path), axis.path, text)}",)


def value_at(config: Any, path: Path) -> Any:
    """The node at a path of a container; `ABSENT` if there is none."""
    for name in path:
        config = _child(config, name) if isinstance(config, Mapping) else ABSENT
    return config


def drop_reason(twin: str, axis: Axis, request: Request) -> str:
    """Why a candidate isn't run: it equals the reference or another deviation."""
    reason = "equals the reference" if twin == THE_REFERENCE else f"composes the same as {twin}"
    overruling = [
        item.text
        for item in request.fixed
        if axis.position is not None
        and item.position > axis.position
        and item.key != axis.key
        and within(axis.path, [split_key(item.key)])
    ]
    return f"{reason} (`{masked_override(overruling[-1])}` comes after it and overrules it)" if overruling else reason


def study_remarks(request: Request) -> tuple[str, ...]:
    """Keys both fixed and swept, what a seed draws, and leaves that can't be compared."""
    fixed = {item.key: item.text for item in request.fixed}
    found = [
        f"`{masked_override(fixed[axis.key])}` is fixed and swept: the fixed value is the reference's"
        for axis in request.axes
        if axis.key in fixed
    ]
    if not request.axes:
        found.append("there is no axis: the reference runs alone; to compare, sweep a key: KEY=VALUE,VALUE")
    if request.resampled and request.pinned:
        found.append(f"replicates are resampled: each {request.seed_key} draws its own split of the data")
    if request.unstable:
        keys = ", ".join(sorted(".".join(path) for path in request.unstable))
        found.append(f"unstable, differs at every composition and so isn't compared: {keys}")
    return tuple(found)


def resolver_leaves(plan: Plan) -> frozenset[Path]:
    """Where a resolver gives a value, `${oc.env:HOME}`, or may: the same configuration may give another one later.

    Hydra's own, `${hydra:…}`, tell of the job and the choices, and count for nothing.
    """
    if plan.reference is None:
        return frozenset()
    found = {path for path, value in leaves(plan.reference.config) if _RESOLVER.search(str(value))}
    for deviation in plan.deviations:
        difference = deviation.difference
        for change in (*difference.own, *difference.carried):
            if _RESOLVER.search(str(change.after)) or MARKED.search(str(change.after)):
                found.add(change.path)
    return frozenset(found)


def _nested(below: Mapping[Path, Any], node: Any) -> str:
    """A subtree put together from its leaves; `node` is its place in the configuration, for its shape."""
    if () in below:
        return shown(below[()])
    parts = _parts(below)
    if _is_list(parts, node):
        return "[" + ", ".join(_nested(part, _child(node, name)) for name, part in parts.items()) + "]"
    return "{" + ", ".join(f"{key}: {text}" for key, text in _entries(parts, node)) + "}"


def _entries(parts: Mapping[str, Mapping[Path, Any]], node: Any) -> Iterator[tuple[str, str]]:
    """A dict's leaves and lists, by their keys joined by dots."""
    for name, part in parts.items():
        child = _child(node, name)
        inner = _parts(part) if () not in part else {}
        if not inner or _is_list(inner, child):
            yield name, _nested(part, child)
        else:
            yield from ((f"{name}.{key}", text) for key, text in _entries(inner, child))


def _parts(below: Mapping[Path, Any]) -> dict[str, dict[Path, Any]]:
    """The leaves below each key or index."""
    parts: dict[str, dict[Path, Any]] = {}
    for (name, *rest), leaf in below.items():
        parts.setdefault(name, {})[tuple(rest)] = leaf
    return parts


def _is_list(parts: Mapping[str, Any], node: Any) -> bool:
    """Whether a list has these items; where the configuration only points elsewhere, their names tell."""
    if isinstance(node, Mapping):
        return False
    return isinstance(node, (list, tuple)) or list(parts) == [str(index) for index in range(len(parts))]


def _child(node: Any, name: str) -> Any:
    """The node below a key or an index; `ABSENT` where the configuration has none, or only points elsewhere."""
    if isinstance(node, Mapping):
        return next((child for key, child in keyed(node) if one_name(key) == name), ABSENT)
    if isinstance(node, (list, tuple)) and name.isdecimal() and int(name) < len(node):
        return node[int(name)]
    return ABSENT
