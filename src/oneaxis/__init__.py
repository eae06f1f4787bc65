"""Compare a reference with experiments that each differ from it on exactly one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oneaxis.trial.journal import fingerprint_data, log, phase, predictions, sizes

if TYPE_CHECKING:
    from oneaxis.inspect.data import Data, Part
    from oneaxis.loop.elsewhere import compare
    from oneaxis.loop.opened import open_study

__all__ = [
    "Data",
    "Part",
    "__version__",
    "compare",
    "fingerprint_data",
    "log",
    "open_study",
    "phase",
    "predictions",
    "sizes",
]


def __getattr__(name: str) -> Any:
    # Reading package metadata, importing NumPy or reading studies costs more than all the rest of this import.
    if name in ("Data", "Part"):
        from oneaxis.inspect import data  # noqa: PLC0415

        return getattr(data, name)
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("oneaxis")
    if name == "compare":
        from oneaxis.loop.elsewhere import compare  # noqa: PLC0415

        return compare
    if name == "open_study":
        from oneaxis.loop.opened import open_study  # noqa: PLC0415

        return open_study
    raise AttributeError(f"module 'oneaxis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
