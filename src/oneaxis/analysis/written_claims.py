"""Claims as they are written down, read field by field."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from oneaxis.analysis.claims import Claim, Matrix
from oneaxis.errors import BadClaim

REQUIRED = ("source", "kind", "metric", "value")


def read_claims(content: Any, where: str) -> tuple[Claim, ...]:
    """The claims of a file's content.

    Raises
    ------
    BadClaim
        For a field that is missing, unknown or of the wrong kind; the message names file, claim and field.
    """
    if not isinstance(content, Mapping):
        raise BadClaim(f"{where}: write NAME: {{source: …, kind: …, metric: …, value: …}}")
    return tuple(_read(str(name), fields, f"{where}: claim `{name}`") for name, fields in content.items())


def _read(name: str, fields: Any, where: str) -> Claim:
    if not isinstance(fields, Mapping):
        raise BadClaim(f"{where}: write its fields below it: source, kind, metric, value")
    unknown = [field for field in fields if field not in _FORMS]
    if unknown:
        raise BadClaim(f"{where}: `{unknown[0]}` is unknown; the fields are {', '.join(_FORMS)}")
    written = {field: value for field, value in fields.items() if value is not None}  # `link:` alone says nothing
    lacking = [field for field in REQUIRED if field not in written]
    if lacking:
        raise BadClaim(f"{where}: `{lacking[0]}` is missing")
    given = {field: _as_its_form(field, value, where) for field, value in written.items()}
    if given["kind"] == "mean" and ("seeds" not in given or not given.get("tolerance")):
        raise BadClaim(f"{where}: a mean needs `seeds`, how many or which, and a `tolerance` above 0")
    rows = given.get("confusion", ())
    if any(len(row) != len(rows) for row in rows):
        raise BadClaim(f"{where}: confusion has {len(rows)} rows; give each of them as many cells")
    return Claim(name=name, **given)


def _as_its_form(field: str, value: Any, where: str) -> Any:
    read, form = _FORMS[field]
    found = read(value)
    if found is None:
        raise BadClaim(f"{where}: {field} is {value!r}; give {form}")
    return found


# Each reads one field's value: None if it is of another form.


def _text(value: Any) -> str | None:
    usable = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return str(value) if usable and str(value).strip() else None


def _kind(value: Any) -> str | None:
    return value if value in ("count", "exact", "mean") else None


def _number(value: Any) -> float | None:
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _distance(value: Any) -> float | None:
    found = _number(value)
    return None if found is None or found < 0 else found


def _whole(value: Any) -> int | None:
    found = None if isinstance(value, str) else _number(value)
    return int(found) if found is not None and found.is_integer() else None


def _count(value: Any) -> int | None:
    found = _whole(value)
    return None if found is None or found < 1 else found


def _texts(value: Any) -> tuple[str, ...] | None:
    usable = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return tuple(value) if usable else None


def _seeds(value: Any) -> int | tuple[int, ...] | None:
    return (_row(value) or None) if isinstance(value, (list, tuple)) else _count(value)


def _row(value: Any) -> tuple[int, ...] | None:
    items = [_whole(item) for item in value] if isinstance(value, (list, tuple)) else [None]
    whole = tuple(item for item in items if item is not None)
    return whole if len(whole) == len(items) else None


def _matrix(value: Any) -> Matrix | None:
    rows = [_row(item) for item in value] if isinstance(value, (list, tuple)) else []
    whole = tuple(row for row in rows if row is not None)
    return whole if rows and len(whole) == len(rows) else None


_FORMS: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "source": (_text, "a text: where the figure was published"),
    "link": (_text, "a text: its address"),
    "overrides": (_texts, "a list of texts: overrides: [KEY=VALUE]"),
    "kind": (_kind, "count, exact or mean"),
    "metric": (_text, "the name of a metric that the task returns"),
    "value": (_number, "the published number"),
    "of": (_count, "the whole that is counted, a whole number above 0"),
    "tolerance": (_distance, "a number in the metric's unit, 0 or above"),
    "seeds": (_seeds, "how many (seeds: 5) or which (seeds: [0, 1, 2])"),
    "confusion": (_matrix, "the rows of its matrix, true class by true class: confusion: [[87, 0], [1, 88]]"),
}
