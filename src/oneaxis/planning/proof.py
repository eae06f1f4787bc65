"""The proof: a deviation differs from the reference on its own axis, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from oneaxis.canonical import leaves, same
from oneaxis.masking import marked_values, masked_override, unknown
from oneaxis.vocabulary import ABSENT, Axis, Change, Composed, Difference, FixedOverride, Path, split_key

Region = tuple[Path, ...]  # subtrees, each by the path of its root


def difference(
    reference: Composed,
    deviation: Composed,
    axis: Axis,
    *,
    fixed: Sequence[FixedOverride] = (),
    unstable: frozenset[Path] = frozenset(),
) -> Difference:
    """Compare two compositions, unresolved, and say which changes are the axis's own; secrets in them are masked.

    `fixed` are the command line's single values, `unstable` the leaves that no two compositions share.
    """
    region = _own_region(reference, deviation, axis)
    carried_region = tuple(
        root
        for name in axis.carries
        for root in (
            reference.places.get(name, split_key(name.replace("/", "."))),
            deviation.places.get(name, ()),
        )
        if root
    )
    own: list[Change] = []
    carried: list[Change] = []
    foreign: list[Change] = []
    changed: set[Path] = set()
    before, after = dict(leaves(reference.config)), dict(leaves(deviation.config))
    for found in changes(before, after):
        change = _shown(_at_item(found, axis))
        changed.update((found.path, change.path))
        if within(change.path, region):
            own.append(change)
        elif within(change.path, carried_region) or change.key in axis.carries:
            carried.append(change)
        else:
            foreign.append(change)
    # An option may reach a job by Hydra's own node as well: environment variables, the working folder.
    if reference.around and deviation.around:
        for change in map(_shown, changes(dict(leaves(reference.around)), dict(leaves(deviation.around)))):
            (carried if within(change.path, carried_region) else foreign).append(change)
    return Difference(
        own=tuple(own),
        carried=tuple(carried),
        follows=tuple(
            _shown(change, before.get(change.path), after.get(change.path))
            for change in changes(reference.resolved, deviation.resolved)
            if change.path not in changed
            and change.path not in unstable
            and not within(change.path, changed)
            and not within(change.path, region)
        ),
        holds=tuple(masked_override(item.text) for item in fixed if _held(item, axis, region)),
        foreign=tuple(foreign),
        foreign_choices=tuple(_foreign_choices(reference, deviation, axis, region, carried_region)),
    )


def changes(before: Mapping[Path, Any], after: Mapping[Path, Any]) -> Iterable[Change]:
    """The leaves that differ, in the order of `before`, then of what `after` adds.

    An empty container that gains its first leaf, or loses its last, is told by that leaf alone.
    """
    for path in [*before, *(path for path in after if path not in before)]:
        one, other = before.get(path, ABSENT), after.get(path, ABSENT)
        if not same(one, other) and not _holds_below(path, one, after) and not _holds_below(path, other, before):
            yield Change(path, one, other)


def known(found: Iterable[Change]) -> tuple[Change, ...]:
    """Changes without those whose values an older oneaxis masked: nothing tells whether they are any."""
    return tuple(each for each in found if not unknown(each.before) and not unknown(each.after))


def within(path: Path, region: Iterable[Path]) -> bool:
    return any(path[: len(root)] == root for root in region)


def _shown(change: Change, before: Any = None, after: Any = None) -> Change:
    """A change as people may read it; `before` and `after` are its values as they are written, unresolved."""
    return replace(
        change,
        before=marked_values(change.before, change.path, before),
        after=marked_values(change.after, change.path, after),
    )


def _holds_below(path: Path, value: Any, others: Mapping[Path, Any]) -> bool:
    """Whether an empty container on one side holds leaves on the other."""
    empty = isinstance(value, (Mapping, list, tuple)) and not value
    return empty and path not in others and any(within(other, [path]) for other in others)


def _at_item(change: Change, axis: Axis) -> Change:
    """A plain list that differs only at the axis's index, as that item's change: `layers.0: 1 → 5`."""
    one, other = change.before, change.after
    if axis.path[:-1] != change.path or not isinstance(one, list) or not isinstance(other, list):
        return change
    differing = [str(index) for index, pair in enumerate(zip(one, other, strict=False)) if not same(*pair)]
    if len(one) != len(other) or differing != [axis.path[-1]]:
        return change
    index = int(differing[0])
    return Change(axis.path, one[index], other[index])


def _own_region(reference: Composed, deviation: Composed, axis: Axis) -> Region:
    """Where the axis may change nodes. A group at the root (`_global_`) has no place of its own."""
    if axis.kind == "value":
        return (axis.path,)
    places = [
        # A list of options, `callbacks=[a,b]`, is in Hydra's eyes no choice: it lives where the group does.
        side.places.get(axis.key, () if axis.key in side.choices else axis.path)
        for side in (reference, deviation)
    ]
    return tuple({place for place in places if place})


def _held(item: FixedOverride, axis: Axis, region: Region) -> bool:
    return axis.kind == "group" and item.kind == "value" and within(split_key(item.key), region)


def _foreign_choices(
    reference: Composed, deviation: Composed, axis: Axis, region: Region, carried: Region
) -> Iterable[Change]:
    group = axis.key.partition("@")[0]
    for key in sorted({*reference.choices, *deviation.choices}):
        one, other = reference.choices.get(key, ABSENT), deviation.choices.get(key, ABSENT)
        if one == other or (axis.kind == "group" and key == axis.key) or key in axis.carries:
            continue
        if key not in reference.places and key not in deviation.places:
            continue  # an optional group without such an option, on both sides: it brought nothing
        name, _, package = key.partition("@")
        place = split_key(package or name.replace("/", "."))
        nested = axis.kind == "group" and name.startswith(f"{group}/")
        if nested or within(place, (*region, *carried)):
            continue
        yield Change((key,), one, other)
