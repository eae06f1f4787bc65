"""What is worth saying about data, from facts that were counted: findings in words, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Weight = Literal["problem", "notice"]

ALPHA = 0.01  # family-wise, over every test of shift on the page
LEAST_SHIFT = 0.1  # of KS or total variation: with many rows, smaller ones are significant and mean nothing
UNEVEN = 10  # times as many rows in the largest class as in the smallest
NAMED = 5  # names in one sentence


@dataclass(frozen=True)
class PartFacts:
    """One part: its rows, rows a class, rows that repeat an earlier one, those of them with another label."""

    name: str
    rows: int
    classes: Mapping[str, int] = field(default_factory=dict)
    repeated: int = 0
    contradicting: int = 0


@dataclass(frozen=True)
class Shared:
    """Rows of `part` that are also in `other`, and those of them that have another label there."""

    part: str
    other: str
    rows: int
    of: int
    contradicting: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Neighbours:
    """Distances of a part's rows to their nearest row of `other`.

    `near` are rows closer than `limit` without being equal. `usual` is the median distance within `other` itself.
    `checked` rows were looked up among `among` rows: fewer than there are where that would take too long.
    """

    part: str
    other: str
    checked: int
    among: int
    least: float
    median: float
    usual: float
    limit: float
    near: int
    complete: bool


@dataclass(frozen=True)
class ColumnFacts:
    """One feature: values missing in each part, and whether it never varies in the training part, or anywhere."""

    name: str
    missing: Mapping[str, int]
    constant: bool
    constant_in_train: bool


@dataclass(frozen=True)
class Shift:
    """How far a feature's, the labels' or a metadata's distribution in `part` is from that in training.

    `distance` is Kolmogorov-Smirnov's D for numbers, total variation for names; both 0 (same) to 1.
    """

    name: str
    part: str
    kind: Literal["feature", "labels", "metadata"]
    distance: float
    p: float


@dataclass(frozen=True)
class Groups:
    """Groups (speakers, patients) of a part that the training part has as well."""

    name: str
    part: str
    common: int
    of: int


@dataclass(frozen=True)
class Facts:
    """All that was counted."""

    parts: tuple[PartFacts, ...]
    columns: tuple[ColumnFacts, ...] = ()
    shared: tuple[Shared, ...] = ()
    neighbours: tuple[Neighbours, ...] = ()
    shifts: tuple[Shift, ...] = ()
    groups: tuple[Groups, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One sentence. A problem can make a score wrong; a notice is worth knowing."""

    weight: Weight
    text: str


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Problems first, then notices; none for data with nothing to say."""
    found = [
        *_shared(facts.shared),
        *_grouped(facts.groups),
        *_near(facts.neighbours),
        *_classes(facts.parts),
        *_repeated(facts.parts),
        *_missing(facts),
        *_constant(facts),
        *_shifts(facts.shifts),
    ]
    return tuple(sorted(found, key=lambda finding: finding.weight != "problem"))


def significant(shifts: Sequence[Shift]) -> tuple[Shift, ...]:
    """The shifts that hold together at family-wise `ALPHA` (Holm 1979) and are no smaller than `LEAST_SHIFT`."""
    kept = []
    for rank, shift in enumerate(sorted(shifts, key=lambda item: item.p)):
        if shift.p * (len(shifts) - rank) > ALPHA:
            break
        kept.append(shift)
    return tuple(sorted((shift for shift in kept if shift.distance >= LEAST_SHIFT), key=lambda item: -item.distance))


def _shared(shared: Sequence[Shared]) -> Iterator[Finding]:
    for item in shared:
        if item.rows:
            labels = f", {item.contradicting} of them with another label" if item.contradicting else ""
            rows = ", ".join(item.examples[:NAMED]) + (", …" if item.rows > NAMED else "")
            text = f"{_rows(item.rows)} of {item.part} {_is(item.rows)} also in {item.other}"
            yield Finding("problem", f"{text} ({_percent(item.rows, item.of)} of {item.part}{labels}): {rows}")


def _grouped(groups: Sequence[Groups]) -> Iterator[Finding]:
    for item in groups:
        if item.common:
            text = f"{item.common} of {item.of} values of `{item.name}` in {item.part} are also in train"
            yield Finding("problem", f"{text}: its rows aren't independent of the training part")


def _near(neighbours: Sequence[Neighbours]) -> Iterator[Finding]:
    for item in neighbours:
        if item.near:
            looked = "" if item.complete else f" (among {item.checked:,} that were looked up)"
            yield Finding(
                "problem",
                f"{_rows(item.near)} of {item.part} nearly {'equals' if item.near == 1 else 'equal'} a row of "
                f"{item.other}{looked}: closer than {item.limit:.3g}, where {item.usual:.3g} is usual",
            )


def _classes(parts: Sequence[PartFacts]) -> Iterator[Finding]:
    train = parts[0]
    for part in parts[1:]:
        unseen = [name for name in part.classes if name not in train.classes]
        absent = [name for name in train.classes if name not in part.classes]
        if unseen and part.classes:
            yield Finding(
                "problem", f"{_count(unseen, 'class')} of {part.name} {_is(len(unseen))} not in train: {_some(unseen)}"
            )
        if absent and part.classes:
            yield Finding(
                "notice", f"{_count(absent, 'class')} of train {_is(len(absent))} not in {part.name}: {_some(absent)}"
            )
    if len(train.classes) > 1:
        most, least = max(train.classes.values()), min(train.classes.values())
        if most >= UNEVEN * least:
            yield Finding(
                "notice", f"classes are uneven: the largest has {most / least:.0f} times the smallest's rows in train"
            )


def _repeated(parts: Sequence[PartFacts]) -> Iterator[Finding]:
    for part in parts:
        if part.contradicting:
            yield Finding(
                "problem",
                f"{_rows(part.contradicting)} of {part.name} {_is(part.contradicting)} there with another label",
            )
        if part.repeated:
            yield Finding(
                "notice",
                f"{_rows(part.repeated)} of {part.name} {'repeats' if part.repeated == 1 else 'repeat'} an earlier "
                f"row of it ({_percent(part.repeated, part.rows)})",
            )


def _missing(facts: Facts) -> Iterator[Finding]:
    for place, part in enumerate(facts.parts):
        lacking = {column.name: column.missing.get(part.name, 0) for column in facts.columns}
        lacking = {name: count for name, count in lacking.items() if count}
        if not lacking:
            continue
        cells = sum(lacking.values())
        named = sorted(lacking, key=lambda name: -lacking[name])
        only = place > 0 and all(not column.missing.get(facts.parts[0].name) for column in facts.columns)
        text = f"{cells} missing {'value' if cells == 1 else 'values'} in {part.name}: {_some(named)}"
        yield Finding("problem" if only else "notice", text + (" (none in train)" if only else ""))


def _constant(facts: Facts) -> Iterator[Finding]:
    always = [column.name for column in facts.columns if column.constant]
    trained = [column.name for column in facts.columns if column.constant_in_train and not column.constant]
    if trained:
        text = f"{_count(trained, 'feature')} {_has(trained)} one value only in train, and more elsewhere"
        yield Finding("problem", f"{text}: {_some(trained)}")
    if always:
        yield Finding("notice", f"{_count(always, 'feature')} {_has(always)} one value only: {_some(always)}")


def _shifts(shifts: Sequence[Shift]) -> Iterator[Finding]:
    found = significant(shifts)
    for part in dict.fromkeys(shift.part for shift in shifts):
        for kind in ("labels", "metadata", "feature"):
            here = [shift for shift in found if shift.part == part and shift.kind == kind]
            if not here:
                continue
            named = _some([f"{shift.name} ({shift.distance:.2f})" for shift in here])
            if kind == "feature":
                tested = sum(shift.kind == kind and shift.part == part for shift in shifts)
                differ = "differs" if len(here) == 1 else "differ"
                text = f"{len(here)} of {tested} features {differ} between train and {part}: {named}"
            elif kind == "labels":
                text = f"the share of the classes differs between train and {part}: {here[0].distance:.2f} apart"
            else:
                text = f"metadata {'differs' if len(here) == 1 else 'differ'} between train and {part}: {named}"
            yield Finding("notice", text)


def _rows(count: int) -> str:
    return f"{count:,} row" + ("" if count == 1 else "s")


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:.2g} %"


def _count(names: Sequence[str], noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{len(names)} {noun if len(names) == 1 else plural}"


def _has(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
