"""What a task may tell its trial while it runs: curves, phases, predictions, data digests.

Every function here is harmless outside a trial: it then does nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from oneaxis.trial.fingerprints import File, fingerprint
from oneaxis.trial.own import CURVES_FILE, PLACE, PREDICTIONS_FILE, made, result, show


class Journal:
    """The notes of one running trial, kept in its job folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.phases: dict[str, float] = {}
        self.data: dict[str, str] = {}
        self.data_files: dict[str, list[File]] = {}
        self.predictions_file: str | None = None  # these two are known once they are shown
        self.curves_file: str | None = None
        self.sizes: dict[str, int] = {}
        self._predicted: str | None = None
        self._logged: Any = None
        self._started = time.monotonic()
        self._curves: IO[str] | None = None

    def log(self, step: int, metrics: dict[str, float]) -> None:
        if self._curves is None:
            self._curves = (made(self.folder) / CURVES_FILE).open("a+", encoding="utf-8", buffering=1)
        line = {
            "step": int(step),
            "seconds": round(time.monotonic() - self._started, 4),
            "at": int(time.time() * 1000),  # milliseconds since 1970, as MLflow counts
            "metrics": {name: float(value) for name, value in metrics.items()},
        }
        self._curves.write(json.dumps(line) + "\n")
        self._logged = self._logged or hashlib.sha256()
        self._logged.update(json.dumps([line["step"], line["metrics"]]).encode())

    @property
    def outputs(self) -> dict[str, str]:
        """Digests of the predictions and of the curves' values: equal where two trials did the same, bit for bit."""
        found = {"predictions": self._predicted, "curves": self._logged and self._logged.hexdigest()}
        return {name: digest for name, digest in found.items() if digest is not None}

    def predicted(self, digest: str) -> None:
        self._predicted = digest

    def show(self) -> None:
        """Put curve and predictions beside the task's files, where it has none of these names; the end of the notes."""
        self.close()
        self.curves_file = show(self.folder, CURVES_FILE)
        self.predictions_file = show(self.folder, PREDICTIONS_FILE)

    def close(self) -> None:
        if self._curves is not None:
            with contextlib.suppress(OSError):  # a full disk costs the curve of a task that removed it
                self._restore(self._curves)
            self._curves.close()
            self._curves = None

    def _restore(self, curves: IO[str]) -> None:
        """Write the curve again where the task emptied its folder after it had begun to log."""
        if os.fstat(curves.fileno()).st_nlink == 0:
            curves.seek(0)
            (made(self.folder) / CURVES_FILE).write_text(curves.read(), encoding="utf-8")


_journal: Journal | None = None  # one trial at a time runs in a process


def open_journal(folder: Path) -> Journal:
    """Make `folder` the place where this process's task logs."""
    global _journal  # noqa: PLW0603 - the task-facing functions take no handle by contract
    _journal = Journal(folder)
    return _journal


def close_journal() -> None:
    """End the trial's notes; the functions below do nothing from here on."""
    global _journal  # noqa: PLW0603 - see open_journal
    if _journal is not None:
        _journal.close()
    _journal = None


def curve_file(job: Path, told: str | None = None) -> Path:
    """A trial's curve, as its record tells; before there is one, where it grows."""
    return result(job, told, CURVES_FILE) or job / PLACE / CURVES_FILE


def log(step: int, **metrics: float) -> None:
    """Append one point to the trial's learning curve (`curves.jsonl` in the job folder)."""
    if _journal is not None:
        _journal.log(step, metrics)


@contextlib.contextmanager
def phase(name: str) -> Iterator[None]:
    """Add the time spent in this block to the trial's phase `name` (seconds, wall)."""
    started = time.perf_counter()
    try:
        yield
    finally:
        if _journal is not None:
            spent = time.perf_counter() - started
            _journal.phases[name] = _journal.phases.get(name, 0.0) + spent


def predictions(ids: Iterable[Any], truth: Iterable[Any], predicted: Iterable[Any]) -> None:
    """Keep per-example results: one id, true value and predicted value a row.

    Written as `predictions.npz` (no pickled objects) in the job folder.

    Raises
    ------
    ValueError
        If the three differ in length, or hold something other than numbers and text.
    """
    if _journal is None:
        return
    import numpy as np  # noqa: PLC0415 - oneaxis itself stays light

    parts = {"ids": ids, "truth": truth, "predicted": predicted}
    # An iterator is no array to NumPy, but one object.
    arrays = {name: np.asarray(part if hasattr(part, "__getitem__") else list(part)) for name, part in parts.items()}
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"oneaxis.predictions: lengths differ: {lengths}")
    for name, array in arrays.items():
        if array.dtype.kind == "O":
            raise ValueError(f"oneaxis.predictions: `{name}` holds objects; give numbers or text")
    target = made(_journal.folder) / PREDICTIONS_FILE
    partial = target.with_name("predictions.partial.npz")
    np.savez_compressed(partial, **arrays)  # type: ignore[arg-type]
    partial.replace(target)
    digest, _ = fingerprint(list(arrays.values()))
    _journal.predicted(digest)


def fingerprint_data(**parts: Any) -> None:
    """Add a digest of each named part of the data to the trial's provenance, and how many examples it has.

    A part is an array, the path of a file or folder, or a list or tuple of these: `train=(X, y)`. What the trial
    learns from is called `train`; every other part is taken to be what it is judged on. The number of examples is
    the arrays' length where all have the same; else tell it with `sizes`.
    """
    if _journal is None:
        return
    for name, part in parts.items():
        _journal.data[name], files = fingerprint(part)
        _journal.data_files.pop(name, None)
        if files:
            _journal.data_files[name] = files
        rows = {_rows(piece) for piece in (part if isinstance(part, (list, tuple)) else (part,))}
        if len(rows) == 1 and (count := rows.pop()) is not None:
            _journal.sizes.setdefault(name, count)


def sizes(**parts: int) -> None:
    """Tell how many examples each part of the data has: `sizes(train=1200, evaluation=300)`.

    Replicates that draw the split anew share examples; the sizes of `train` and `evaluation` say how many, and with
    them `hydra.sweeper.policy.replicates=resampled` corrects its intervals.
    """
    if _journal is not None:
        _journal.sizes.update({name: int(count) for name, count in parts.items()})


def _rows(piece: Any) -> int | None:
    shape = None if isinstance(piece, (str, Path)) else getattr(piece, "shape", None)
    if shape is None:
        return len(piece) if hasattr(piece, "__len__") and not isinstance(piece, (str, bytes)) else None
    return int(shape[0]) if shape else None
