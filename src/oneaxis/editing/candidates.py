"""Where an edit may be made, likeliest first; whoever asks proves which of them does what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path as File
from typing import Any

from oneaxis.composing.files import Part
from oneaxis.editing.changed import Place
from oneaxis.editing.edit import default_entries, insert, insert_default, set_value
from oneaxis.editing.tree import find, parse
from oneaxis.errors import CannotEdit
from oneaxis.vocabulary import ABSENT, Path

Texts = Callable[[File], str | None]  # a file's present text; None where it can't be edited
Edit = tuple[File, str]  # a file and its whole new text


def value_edits(place: Place, parts: Sequence[Part], texts: Texts) -> Iterator[Edit]:
    """Where the value stands, the file that wins first; then beside its neighbours; then in the primary config."""
    before = place.before if place.before is not ABSENT else None
    for part in reversed(parts):
        inside = _inside(part, place.path)
        if inside:
            yield from _tried(part, texts, partial(set_value, path=inside, value=place.after, before=before))
    neighbours = [part for part in reversed(parts) if _holds_parent(part, place.path, texts)]
    ordered = neighbours if place.before is ABSENT else []
    for part in (*ordered, *(part for part in parts if part.primary)):
        inside = _inside(part, place.path)
        if inside:
            yield from _tried(part, texts, partial(insert, path=inside, value=place.after))


def choice_edits(group: str, choice: Any, parts: Sequence[Part], texts: Texts) -> Iterator[Edit]:
    """The entry of a defaults list that chooses for a group: `override` entries first, the primary's first.

    Where none does, an entry is added to the primary's list.
    """
    primary_first = sorted(dict.fromkeys(parts), key=lambda part: not part.primary)
    for overrides in (True, False):
        for part in primary_first:
            yield from _chosen(part, group, choice, texts, overrides=overrides)
    for part in primary_first[:1]:
        names = [name for name, _ in default_entries(texts(part.file) or "")]
        itself = names.index("_self_") if "_self_" in names else None
        overriding = next((place for place, name in enumerate(names) if name.startswith("override ")), None)
        for name, place in ((f"override {group}", None), (group, itself), (group, overriding)):
            yield from _tried(part, texts, partial(insert_default, entry={name: choice}, place=place))


def _chosen(part: Part, group: str, choice: Any, texts: Texts, *, overrides: bool) -> Iterator[Edit]:
    text = texts(part.file)
    if text is None:
        return
    for name, path in default_entries(text):
        if path is not None and name.startswith("override ") == overrides and _may_mean(name, group):
            yield from _tried(part, texts, partial(set_value, path=path, value=choice))


def _may_mean(name: str, group: str) -> bool:
    """Whether an entry's key, `optional model@_here_`, may be that of a group, `net/model@net.model`."""
    written = name.rsplit(maxsplit=1)[-1].partition("@")[0].strip("/")
    wanted = group.partition("@")[0]
    return wanted == written or wanted.endswith(f"/{written}")


def _tried(part: Part, texts: Texts, edit: Callable[[str], str | None]) -> Iterator[Edit]:
    text = texts(part.file)
    if text is None:
        return
    try:
        edited = edit(text)
    except CannotEdit:
        return
    if edited is not None and edited != text:
        yield part.file, edited


def _holds_parent(part: Part, path: Path, texts: Texts) -> bool:
    """Whether the mapping that a new key joins is this file's own, or stands written out in it."""
    inside = _inside(part, path)
    if not inside:
        return False
    text = texts(part.file)
    parent = None if text is None else find(parse(text), inside[:-1])
    return (bool(part.package) and len(inside) == 1) or (
        parent is not None and parent.kind == "map" and len(inside) > 1
    )


def _inside(part: Part, path: Path) -> Path:
    """The path within a part's own file; empty where it lies outside of its package."""
    return path[len(part.package) :] if path[: len(part.package)] == part.package else ()
