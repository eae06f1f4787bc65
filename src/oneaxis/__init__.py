"""Compare a reference with experiments that each differ from it on exactly one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oneaxis.trial.journal import fingerprint_data, log, phase, predictions, sizes

if TYPE_CHECKING:
    from oneaxis.inspect.data import Data, Part

__all__ = ["Data", "Part", "__version__", "fingerprint_data", "log", "phase", "predictions", "sizes"]


def __getattr__(name: str) -> Any:
    # Reading package metadata, or importing NumPy, costs more than all the rest of this import.
    if name in ("Data", "Part"):
        from oneaxis.inspect import data  # noqa: PLC0415

        return getattr(data, name)
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("oneaxis")
    raise AttributeError(f"module 'oneaxis' has no attribute {name!r}")
