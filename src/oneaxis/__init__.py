"""Compare a reference with experiments that each differ from it on exactly one axis."""

from typing import TYPE_CHECKING, Any

from oneaxis.trial.journal import fingerprint_data, log, phase, predictions

if TYPE_CHECKING:
    from oneaxis.loop.opened import compare, open_study

__all__ = ["__version__", "compare", "fingerprint_data", "log", "open_study", "phase", "predictions"]


def __getattr__(name: str) -> Any:
    # A task imports this package for its journal: reading studies and package metadata costs more than all of that.
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("oneaxis")
    if name in ("compare", "open_study"):
        from oneaxis.loop import opened  # noqa: PLC0415

        return getattr(opened, name)
    raise AttributeError(f"module 'oneaxis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
