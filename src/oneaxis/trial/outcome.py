"""What a task returned, or left in a file or in MLflow, read as metrics."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from oneaxis.vocabulary import Failure

OBJECTIVE = "objective"
COUNTERS = frozenset(("epoch", "step", "iteration", "time", "timestamp"))  # columns of a curve's file, never metrics
NONE_RETURNED = (
    "the task returned None; return a dict of numbers or one number, or name a file of metrics: "
    "hydra.sweeper.policy.metrics_file=NAME"
)


def measured(
    returned: Any, *, folder: Path, pattern: str | None, logged: Callable[[], Mapping[str, float]]
) -> tuple[dict[str, float], Failure | None]:
    """A task's metrics: what it returned, joined by the file that the policy names.

    `pattern` is that file in the job's `folder` (JSON, JSON Lines or CSV; `*` and `**` as in a shell). Where neither
    gives a metric, `logged` is asked for what the task told MLflow.
    """
    metrics, failure = read_metrics(returned)
    if pattern is not None:
        found, lacking = read_metrics_file(folder, pattern)
        own = failure if failure is not None and failure.kind == "NotFinite" else None
        return {**found, **metrics}, own or lacking
    if metrics or failure is None or failure.kind == "NotFinite":
        return metrics, failure
    told = dict(logged())
    return read_metrics(told) if told else (metrics, failure)


def read_metrics_file(folder: Path, pattern: str) -> tuple[dict[str, float], Failure | None]:
    """The numbers of the newest file that matches: of each name, the last; nested names are joined by dots."""
    setting = f"hydra.sweeper.policy.metrics_file={pattern}"
    files = sorted((path for path in folder.glob(pattern) if path.is_file()), key=lambda path: path.stat().st_mtime)
    if not files:
        return {}, Failure("NoMetric", f"the task left no such file in its job folder {folder} ({setting})")
    try:
        numbers = {name: number for name, number in _numbers(files[-1]) if name not in COUNTERS}
    except (OSError, ValueError) as error:
        return {}, Failure("NoMetric", f"{files[-1]} can't be read: {error} ({setting})")
    if not numbers:
        return {}, Failure("NoMetric", f"{files[-1]} holds no number ({setting})")
    return read_metrics(numbers)


def _numbers(path: Path) -> Iterator[tuple[str, float]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                yield from (
                    (name, number) for name, text in row.items() if (number := _written_number(text)) is not None
                )
        return
    text = path.read_text(encoding="utf-8")
    parts = text.splitlines() if path.suffix in (".jsonl", ".ndjson") else [text]
    for part in parts:
        if part.strip():
            yield from _leaves(json.loads(part), "")


def _leaves(value: Any, name: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (int, float)):
        yield name or OBJECTIVE, float(value)


def _written_number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def read_metrics(returned: Any) -> tuple[dict[str, float], Failure | None]:
    """The finite metrics of a return value, and what is wrong with it, if anything.

    A mapping names its metrics; a bare number is the metric `objective`. What is no number is left out beside
    numbers, and a failure alone.
    """
    if returned is None:
        return {}, Failure("NoMetric", NONE_RETURNED)
    items = returned if isinstance(returned, Mapping) else {OBJECTIVE: returned}
    if not items:
        return {}, Failure("NoMetric", "the task returned an empty dict; return at least one metric")
    metrics: dict[str, float] = {}
    failure: Failure | None = None
    others: Failure | None = None
    for name, value in items.items():
        number = _number(value)
        if number is None:
            kind = type(value).__name__
            others = others or Failure("NotANumber", f"metric `{name}` is {value!r:.80} ({kind}); return a number")
        elif not math.isfinite(number):
            failure = failure or Failure("NotFinite", f"metric `{name}` is {number}")
        else:
            metrics[str(name)] = number
    return metrics, failure or (None if metrics else others)


def _number(value: Any) -> float | None:
    try:
        # Arrays and tensors of one element count as numbers.
        plain = value.item() if hasattr(value, "item") else value
        return None if isinstance(plain, (str, bytes)) else float(plain)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError, RuntimeError):
        return None
