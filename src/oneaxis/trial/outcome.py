"""What a task returned, or left in a file or in MLflow, read as metrics."""

from __future__ import annotations

import contextlib
import csv
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from omegaconf import DictConfig, OmegaConf

from oneaxis.canonical import keyed
from oneaxis.trial.own import PLACE
from oneaxis.vocabulary import Failure, Path, one_name

OBJECTIVE = "objective"
COUNTERS = frozenset(("epoch", "step", "iteration", "time", "timestamp"))  # columns of a curve's file, never metrics
NONE_RETURNED = (
    "the task returned None; return a dict of numbers or one number, or name a file of metrics: "
    "hydra.sweeper.policy.metrics_file=NAME"
)


State = tuple[int, int, int]  # of a file: when it was written (ns), its size, its place on the disk


@dataclass(frozen=True)
class Expected:
    """The file of metrics that a task is to write: `pattern` in the job's `folder`, and what matched before the task.

    Trials may share a job folder, and an attempt that failed may have left its file there: what stands before the task
    starts and is as it was afterwards is another's.
    """

    folder: File
    pattern: str
    before: Mapping[File, State]


def expect(folder: File, pattern: str | None) -> Expected | None:
    """Look at the job's folder before its task starts; None where no file of metrics is named."""
    return None if pattern is None else Expected(folder, pattern, _matching(folder, pattern))


def measured(
    returned: Any,
    config: DictConfig | None = None,
    *,
    expected: Expected | None,
    logged: Callable[[], Mapping[str, float]],
) -> tuple[dict[str, float], Failure | None]:
    """A task's metrics: what it returned, joined by the file that the policy names.

    Where neither gives a metric, `logged` is asked for what the task told MLflow.
    """
    metrics, failure = read_metrics(returned, config)
    if expected is not None:
        found, lacking = read_metrics_file(expected.folder, expected.pattern, expected.before)
        own = failure if failure is not None and failure.kind == "NotFinite" else None
        return {**found, **metrics}, own or lacking
    if metrics or failure is None or failure.kind == "NotFinite":
        return metrics, failure
    told = dict(logged())
    return read_metrics(told) if told else (metrics, failure)


def read_metrics_file(
    folder: File, pattern: str, before: Mapping[File, State] | None = None
) -> tuple[dict[str, float], Failure | None]:
    """The numbers of the newest file that matches and isn't as it was `before` the task.

    Of each name the last counts; nested names are joined by dots. The file is JSON, JSON Lines or CSV; in its name `*`
    and `**` work as in a shell.
    """
    setting = f"hydra.sweeper.policy.metrics_file={pattern}"
    there = _matching(folder, pattern)
    files = sorted((path for path in there if there[path] != (before or {}).get(path)), key=there.__getitem__)
    if not files and there:
        older = max(there, key=there.__getitem__).relative_to(folder)
        return {}, Failure(
            "NoMetric",
            f"the task left no such file in its job folder {folder} ({setting}): {older} was there before and isn't "
            "this trial's; write it in each trial, or give each its own folder (hydra.sweep.subdir)",
        )
    if not files:
        return {}, Failure("NoMetric", f"the task left no such file in its job folder {folder} ({setting})")
    try:
        numbers = {name: number for name, number in _numbers(files[-1]) if name not in COUNTERS}
    except (OSError, ValueError) as error:
        return {}, Failure("NoMetric", f"{files[-1]} can't be read: {error} ({setting})")
    if not numbers:
        return {}, Failure("NoMetric", f"{files[-1]} holds no number ({setting})")
    return read_metrics(numbers)


def _matching(folder: File, pattern: str) -> dict[File, State]:
    """The files that match, each with what changes when it is written."""
    found: dict[File, State] = {}
    try:
        paths = list(folder.glob(pattern))
    except (NotImplementedError, ValueError):  # no name within a folder: nothing matches
        return found
    for path in paths:
        with contextlib.suppress(OSError):  # gone meanwhile: others may work in this folder
            if path.is_file() and PLACE not in path.relative_to(folder).parts:
                state = path.stat()
                found[path] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return found


def _numbers(path: File) -> Iterator[tuple[str, float]]:
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
            yield from ((name, value) for name, value in _named(json.loads(part)) if isinstance(value, (int, float)))


def _named(value: Any) -> list[tuple[str, Any]]:
    """What mappings hold, by their keys joined by dots; a value that is none is the metric `objective`.

    Where two would share a name, that of keys which have dots themselves is written so that it can't be the other's.
    """
    found = list(_leaves(value))
    names = [".".join(path) if path else OBJECTIVE for path, _ in found]
    while twice := {name for name, count in Counter(names).items() if count > 1}:
        names = [
            ".".join(map(one_name, path)) if name in twice else name
            for name, (path, _) in zip(names, found, strict=True)
        ]
    return [(name, item) for name, (_, item) in zip(names, found, strict=True)]


def _leaves(value: Any, path: Path = (), above: tuple[Any, ...] = ()) -> Iterator[tuple[Path, Any]]:
    """What mappings hold, each by its own path.

    `above` are the mappings that are being read: one that holds itself is read once. Within another only plain dicts
    count, and what is of the outermost's kind: a configuration that is returned beside the metrics is none of them.
    """
    if not isinstance(value, (dict, type(above[0])) if above else Mapping):
        yield path, value
    elif not any(value is each for each in above):
        for key, item in keyed(value, str):
            yield from _leaves(item, (*path, key), (*above, value))


def _written_number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def read_metrics(returned: Any, config: DictConfig | None = None) -> tuple[dict[str, float], Failure | None]:
    """The finite metrics of a return value, and what is wrong with it, if anything.

    A mapping names its metrics, nested ones by their keys joined by dots; a bare number is the metric `objective`.
    What is no number is left out beside numbers, and a failure alone. Numbers of `config`, the task's own, that are
    returned beside the metrics are none.
    """
    if returned is None:
        return {}, Failure("NoMetric", NONE_RETURNED)
    items = _named(_without_configuration(returned, config))
    if not items:
        return {}, Failure("NoMetric", "the task returned an empty dict; return at least one metric")
    metrics: dict[str, float] = {}
    failure: Failure | None = None
    others: Failure | None = None
    for name, value in items:
        number = _number(value)
        if number is None:
            kind = type(value).__name__
            others = others or Failure("NotANumber", f"metric `{name}` is {value!r:.80} ({kind}); return a number")
        elif not math.isfinite(number):
            failure = failure or Failure("NotFinite", f"metric `{name}` is {number}")
        else:
            metrics[name] = number
    return metrics, failure or (None if metrics else others)


def _without_configuration(returned: Any, config: DictConfig | None) -> Any:
    """What was returned, without dicts that are the configuration or its part of the same name."""
    if config is None or not isinstance(returned, dict):
        return returned
    nested = {key: value for key, value in returned.items() if isinstance(value, dict) and value}
    if not nested:
        return returned
    wholes: list[Any] = [OmegaConf.to_container(config, resolve=False)]
    with contextlib.suppress(Exception):  # a user's resolver may raise anything, and the task may never read it
        wholes.append(OmegaConf.to_container(config, resolve=True))
    parts = {key: [part for whole in wholes for part in (whole, whole.get(key))] for key in nested}
    configures = {key for key, value in nested.items() if any(_equal(value, part) for part in parts[key])}
    return {key: value for key, value in returned.items() if key not in configures}


def _equal(value: Any, other: Any) -> bool:
    try:
        return bool(value == other)
    except Exception:  # noqa: BLE001 - arrays don't say whether they are equal
        return False


def _number(value: Any) -> float | None:
    try:
        # Arrays and tensors of one element count as numbers.
        plain = value.item() if hasattr(value, "item") else value
        return None if isinstance(plain, (str, bytes)) else float(plain)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError, RuntimeError):
        return None
