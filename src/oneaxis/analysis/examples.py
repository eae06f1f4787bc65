"""Two fitted models on the same examples: which rows flipped, and whether the two differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Examples:
    """What one trial predicted: ids, true and predicted values, row by row."""

    ids: tuple[Any, ...]
    truth: tuple[Any, ...]
    predicted: tuple[Any, ...]


@dataclass(frozen=True)
class Flips:
    """Rows that flipped against the reference, by true class: (turned right, turned wrong)."""

    rows: int
    right: int
    wrong: int
    by_class: Mapping[Any, tuple[int, int]] = field(default_factory=dict)
    right_ids: tuple[Any, ...] = ()
    wrong_ids: tuple[Any, ...] = ()

    @property
    def p(self) -> float:
        """McNemar's exact p value: whether two fitted models are right equally often on examples like these."""
        return mcnemar(self.right, self.wrong)


def flips(reference: Examples, deviation: Examples) -> Flips | None:
    """The rows where one is right and the other wrong, matched by id.

    None where the two don't hold the same examples, or an id stands for two rows.
    """
    own = dict(zip(deviation.ids, zip(deviation.truth, deviation.predicted, strict=True), strict=True))
    if len(own) != len(deviation.ids) or len(reference.ids) != len(own) or set(reference.ids) != set(own):
        return None
    by_class: dict[Any, tuple[int, int]] = {}
    right, wrong = [], []
    for name, truth, predicted in zip(reference.ids, reference.truth, reference.predicted, strict=True):
        here, there = own[name]
        if here != truth:
            return None
        gained, lost = by_class.get(truth, (0, 0))
        if there == truth and predicted != truth:
            right.append(name)
            gained += 1
        elif there != truth and predicted == truth:
            wrong.append(name)
            lost += 1
        by_class[truth] = (gained, lost)
    return Flips(len(own), len(right), len(wrong), dict(_sorted(by_class.items())), tuple(right), tuple(wrong))


def mcnemar(one: int, other: int) -> float:
    """The exact two-sided p value of McNemar's test: the two kinds of flips are equally likely."""
    from scipy.special import bdtr  # noqa: PLC0415 - loaded where it counts

    if one + other == 0:
        return 1.0
    return min(1.0, 2 * float(bdtr(min(one, other), one + other, 0.5)))


def _sorted(items: Iterable[tuple[Any, tuple[int, int]]]) -> list[tuple[Any, tuple[int, int]]]:
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=lambda item: str(item[0]))
