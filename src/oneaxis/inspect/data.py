"""What `oneaxis data` looks at: the parts of a data set as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST_CLASSES = {"f": 100, "b": 1000, "i": 1000, "u": 1000}  # more whole numbers than that are a scale
IMAGE, SIGNAL = 3, 2  # axes of one example, channels first


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of one part.

    `x` is an array (rows, …) of numbers, or a table with named columns (a pandas or polars data frame), whose
    columns may hold text. `y` are class labels or targets (rows,), or None. `ids` name the rows, by default their
    numbers. `metadata` says more of each row, (rows,) each: its source, speaker, length, duration.
    """

    x: Any
    y: Any = None
    ids: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Data:
    """A data set in its parts, as a project's own function hands it to `oneaxis data`.

    A part may be given as `Part`, or shortly as `(x, y)`. `shape` is that of one example where `x` is flat:
    (columns,) for a table, (channels, time) for signals, (channels, height, width) for images; by default that of
    `x`. `groups` names the metadata (a speaker, a patient) whose rows must all be in one part. `classes` and
    `features` are names, in order.
    """

    train: Part
    validation: Part | None = None
    test: Part | None = None
    name: str = "data"
    features: Sequence[str] | None = None
    classes: Sequence[str] | None = None
    shape: tuple[int, ...] | None = None
    groups: str | None = None

    def __post_init__(self) -> None:
        for name in ("train", "validation", "test"):
            given = getattr(self, name)
            if isinstance(given, (tuple, list)):
                object.__setattr__(self, name, Part(*given))
        for name, part in self.parts():
            _check(name, part)
        if self.shape is None:
            sides = tuple(int(side) for side in np.shape(self.train.x)[1:])
            # Signals and images need a channel axis to be told from tables.
            object.__setattr__(self, "shape", sides)

    def parts(self) -> Iterator[tuple[str, Part]]:
        """The parts that there are, by name."""
        for name in ("train", "validation", "test"):
            part = getattr(self, name)
            if part is not None:
                yield name, part

    @property
    def kind(self) -> str:
        """`image`, `signal` or `table`, by the shape of one example."""
        return {IMAGE: "image", SIGNAL: "signal"}.get(len(self.shape or ()), "table")


@dataclass(frozen=True, eq=False)
class Columns:
    """A part's features, flat: numbers (rows, p), and texts by column where a table has them."""

    names: tuple[str, ...]
    numbers: NDArray[np.float64]
    texts: Mapping[str, Array]


def columns(data: Data, part: Part) -> Columns:
    """The features of a part. In texts, a missing value is the empty text."""
    if hasattr(part.x, "columns"):
        named = {str(name): np.asarray(part.x[name]) for name in part.x.columns}
        plain = {name: values for name, values in named.items() if values.dtype.kind in "biuf"}
        texts = {name: _text(values) for name, values in named.items() if name not in plain}
        stacked = [values.astype("float64") for values in plain.values()]
        return Columns(tuple(plain), np.stack(stacked, 1) if stacked else np.empty((part.rows, 0)), texts)
    array = np.asarray(part.x, "float64").reshape(part.rows, -1)
    names = tuple(data.features) if data.features is not None else _places(data.shape or (), array.shape[1])
    return Columns(tuple(str(name) for name in names), array, {})


def labels(data: Data, part: Part) -> Array | None:
    """Class names of each row; None without labels, or where the training part's are a target on a continuous scale."""
    if part.y is None or (data.train.y is not None and _continuous(np.asarray(data.train.y))):
        return None
    y = np.asarray(part.y)
    if _continuous(y):
        return None
    if data.classes is not None and y.dtype.kind in "biu":
        names = np.asarray([str(name) for name in data.classes])
        return np.asarray(names[y.astype(int)])
    return np.asarray([str(int(value)) for value in y]) if y.dtype.kind in "biuf" else _text(y)


def _continuous(y: Array) -> bool:
    if y.ndim != 1 or (y.dtype.kind == "f" and not np.array_equal(y, np.round(y))):
        return True
    return y.dtype.kind in MOST_CLASSES and len(np.unique(y)) > MOST_CLASSES[y.dtype.kind]


def row_names(part: Part) -> Array:
    return np.arange(part.rows) if part.ids is None else np.asarray(part.ids)


def _places(shape: tuple[int, ...], width: int) -> Sequence[str]:
    """Names of unnamed features: where they stand."""
    if len(shape) == IMAGE and shape[0] == 1:
        return [f"pixel {row},{column}" for row in range(shape[1]) for column in range(shape[2])]
    if len(shape) == SIGNAL and shape[0] == 1:
        return [f"time {step}" for step in range(shape[1])]
    return [f"column {number}" for number in range(width)]


def _text(values: Array) -> Array:
    return np.asarray(["" if _is_missing(value) else str(value) for value in values], dtype="U")


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value)) or str(value) in ("<NA>", "NaT")


def _check(name: str, part: Part) -> None:
    lengths = {"x": part.rows}
    beside = {"y": part.y, "ids": part.ids, **{f"metadata {key}": value for key, value in part.metadata.items()}}
    lengths |= {key: len(value) for key, value in beside.items() if value is not None}
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{key} {length}" for key, length in lengths.items())
        raise ValueError(f"oneaxis.Data: the part `{name}` has parts of different lengths: {told}")
