"""About what trials to come will cost, in the words of every command that proposes some."""

from __future__ import annotations

from collections.abc import Collection
from statistics import fmean

from oneaxis.report.table import duration


def about(trials: int, spent: Collection[float]) -> str:
    """`, about 12 s of compute`, from the seconds that earlier trials took; empty where none was timed."""
    return f", about {duration(trials * fmean(spent))} of compute" if spent else ""
