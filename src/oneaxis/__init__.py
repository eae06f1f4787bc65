"""Compare a reference with experiments that each differ from it on exactly one axis."""

from oneaxis.trial.journal import fingerprint_data, log, phase, predictions, sizes

__all__ = ["__version__", "fingerprint_data", "log", "phase", "predictions", "sizes"]


def __getattr__(name: str) -> str:
    # Reading package metadata costs more than all the rest of this import.
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("oneaxis")
    raise AttributeError(f"module 'oneaxis' has no attribute {name!r}")
