"""MNIST-1D: 5000 noisy signals of 40 time steps, generated here and kept in a cache; nothing is downloaded.

Greydanus and Kobak, "Scaling Down Deep Learning with MNIST-1D", ICML 2024, arXiv:2011.14439.
"""

from __future__ import annotations

import hashlib
import logging
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from oneaxis.tasks.choice import missing

Arrays = dict[str, np.ndarray]

LABELS_DIGEST = "4f5f4160c519e3c47f9d3e196c161336fcd32126a9efffe4153d6e7c8b73f963"
"""SHA-256 of the labels in the authors' published file: 4000 for training, 1000 for testing, a byte each."""

_SHAPES = {"x": (4000, 40), "y": (4000,), "x_test": (1000, 40), "y_test": (1000,)}
_log = logging.getLogger(__name__)


def load_mnist1d() -> Arrays:
    """Return `x` (4000, 40), `y` (4000,), `x_test` (1000, 40), `y_test` (1000,).

    Signals are float32 as the authors train on: wider digits differ from machine to machine.

    Raises
    ------
    ImportError
        If nothing is cached and the package `mnist1d` is missing.
    RuntimeError
        If the package makes other data than the authors published.

    Side effects
    ------------
    Writes `mnist1d.npz` to the cache folder, by a temporary name. Where that fails it warns and goes on.
    """
    cached = cache_folder() / "mnist1d.npz"
    arrays = _read(cached)
    if arrays is None:
        arrays = generate()
        _write(cached, arrays)
    return arrays


def cache_folder() -> Path:
    """Return `$ONEAXIS_CACHE`, else `$XDG_CACHE_HOME/oneaxis`, else `~/.cache/oneaxis`."""
    if chosen := os.environ.get("ONEAXIS_CACHE"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base).expanduser() if base else Path.home() / ".cache") / "oneaxis"


def generate() -> Arrays:
    """Generate the data with the authors' code and seed (about one CPU second)."""
    try:
        from mnist1d.data import make_dataset  # noqa: PLC0415 - optional, and it imports matplotlib
    except ModuleNotFoundError as error:
        raise missing("data=mnist1d", f"the package {error.name}") from error
    with _global_random_state_kept():
        made = make_dataset()
    arrays = {name: np.asarray(made[name], "float32" if name[0] == "x" else "int64") for name in _SHAPES}
    if not _is_published(arrays):
        raise RuntimeError("data=mnist1d: the installed package mnist1d makes other data than the published")
    return arrays


@contextmanager
def _global_random_state_kept() -> Iterator[None]:
    """Undo the seeding of the global generators, which is how the authors' code fixes its data."""
    ours, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(numpys)  # noqa: NPY002


def _is_published(arrays: Arrays) -> bool:
    shapes = {name: array.shape for name, array in arrays.items()}
    if shapes != _SHAPES:
        return False
    labels = np.concatenate([arrays["y"], arrays["y_test"]]).astype("uint8")
    return hashlib.sha256(labels.tobytes()).hexdigest() == LABELS_DIGEST


def _read(path: Path) -> Arrays | None:
    """Return the cached arrays, or None where there are none or the file is damaged."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _SHAPES}
    except Exception:  # noqa: BLE001 - damage makes NumPy raise nearly anything, and the cure is the same
        return None
    return arrays if _is_published(arrays) else None


def _write(path: Path, arrays: Arrays) -> None:
    # Trials that start together may all generate; each renames a whole file of its own.
    partial = path.with_name(f"{path.stem}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        partial.replace(path)
    except OSError as error:
        _log.warning("MNIST-1D could not be kept in %s (%s); every trial will generate it again", path, error)
        with suppress(OSError):
            partial.unlink()
