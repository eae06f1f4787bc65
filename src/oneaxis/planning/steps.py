"""Steps: candidates relative to the reference's number."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from oneaxis.canonical import leaf_at
from oneaxis.errors import BadOverride
from oneaxis.vocabulary import ABSENT, Axis, Composed, Path, Step


def settle(axis: Axis, reference: Composed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The axis's candidates as override texts, and a remark for each one that had to be rounded.

    Steps are taken in decimal, so that 0.1 × 3 is 0.3. Whole numbers stay whole.

    Raises
    ------
    BadOverride
        If the reference's value isn't a number.
    """
    texts: list[str] = []
    remarks: list[str] = []
    for candidate in axis.candidates:
        if isinstance(candidate, str):
            _refuse_dict_for_number(axis, candidate, reference)
            texts.append(candidate)
            continue
        before = _number(axis.key, axis.path, reference)
        text, remark = _taken(axis.key, candidate, before)
        texts.append(text)
        if remark:
            remarks.append(remark)
    return tuple(texts), tuple(remarks)


def _refuse_dict_for_number(axis: Axis, candidate: str, reference: Composed) -> None:
    """A misspelt step would otherwise become a value that no task expects."""
    value: Any = reference.resolved.get(axis.path, ABSENT)
    if candidate.startswith("{") and isinstance(value, (int, float)) and not isinstance(value, bool):
        raise BadOverride(
            f"axis `{axis.key}`: the reference is the number {value}, and {candidate} is a dict; "
            "steps are {times: [NUMBER, …]} or {plus: [NUMBER, …]}"
        )


def _number(key: str, path: Path, reference: Composed) -> float:
    value = leaf_at(reference.resolved, path)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        shown = "missing" if value is ABSENT else repr(value)
        raise BadOverride(f"axis `{key}`: steps need a number in the reference, and it is {shown}; list values instead")
    return value


def _taken(key: str, step: Step, before: float) -> tuple[str, str | None]:
    exact_before, amount = Decimal(repr(before)), Decimal(repr(step.amount))
    exact = exact_before * amount if step.kind == "times" else exact_before + amount
    if isinstance(before, float):
        return repr(float(exact)), None
    whole = exact.to_integral_value(ROUND_HALF_EVEN)
    sign = "×" if step.kind == "times" else "+"
    rounded = f"{key}: {before} {sign} {step.amount} = {exact.normalize()}, rounded to {whole}"
    return str(int(whole)), None if whole == exact else rounded
