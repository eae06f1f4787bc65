"""A trial's environment says that it is one: a program that a trial starts again runs that trial, and no study.

Ranks of distributed training do so: Lightning and others start the command line of their own process once more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

VARIABLE = "ONEAXIS_TRIAL"


@dataclass(frozen=True)
class InsideTrial:
    """The trial that this process was started from: its overrides and folder, and what was typed for its study."""

    overrides: tuple[str, ...]
    typed: tuple[str, ...]
    folder: str


@contextmanager
def marked(trial: InsideTrial, *, restored: bool) -> Iterator[None]:
    """While this block runs, programs that this process starts know the trial.

    Where one process runs several trials, it has the variables `restored` afterwards that it had before: what one of
    them sets is no other's.
    """
    before = dict(os.environ)
    os.environ[VARIABLE] = json.dumps(asdict(trial))
    try:
        yield
    finally:
        if restored:
            for name in [name for name in os.environ if name not in before]:
                del os.environ[name]
            os.environ.update(before)


def around_this_process() -> InsideTrial | None:
    """The trial that started this process; None for what a person starts."""
    try:
        found = json.loads(os.environ.get(VARIABLE, ""))
        return InsideTrial(tuple(found["overrides"]), tuple(found["typed"]), str(found["folder"]))
    except (ValueError, KeyError, TypeError):
        return None


def of_its_own(given: Sequence[str], trial: InsideTrial) -> list[str]:
    """Overrides that a program got beside those that were typed for the study."""
    typed, own = list(trial.typed), []
    for text in given:
        if text in typed:
            typed.remove(text)
        else:
            own.append(text)
    return own
