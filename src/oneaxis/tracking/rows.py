"""A record as MLflow's parameters and metrics."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mlflow.entities import Metric

from oneaxis.canonical import leaves
from oneaxis.tracking.names import NAMES, Names, to_key, to_text
from oneaxis.trial.journal import curve_file
from oneaxis.vocabulary import Record

LONGEST_VALUE = 6000  # MLflow's limit for parameters


def params(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A configuration's leaves as keys and texts that MLflow takes."""
    for path, value in leaves(config):
        if path:
            text = to_text(str(value))
            yield to_key(".".join(path)), text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def metrics(record: Record, job: Path, names: Names = NAMES, *, written: int = 0) -> Iterable[Metric]:
    """The curve's points, then the returned metrics at the curve's last step, so that they are the latest.

    The first `written` points are in MLflow already.
    """
    started, ended = millis(record.started), millis(record.ended)
    last: dict[str, int] = {}
    for number, point in enumerate(curve(job, record.curves)):
        for name in point["metrics"]:
            last[name] = max(point["step"], last.get(name, 0))
        if number >= written:
            yield from point_metrics(point, started, names)
    for name, value in record.metrics.items():
        yield Metric(names.task(name), value, ended, last.get(name, 0))
    for name, value in record.phases.items():
        yield Metric(names.own(f"seconds.{name}"), value, ended, 0)
    if record.seconds is not None:
        yield Metric(names.own("seconds"), record.seconds, ended, 0)


def point_metrics(point: Mapping[str, Any], started: int, names: Names = NAMES) -> Iterable[Metric]:
    """One point of a curve. Its time is its own, so that it is the same metric however often it is written."""
    at = point.get("at", started + int(1000 * point["seconds"]))
    for name, value in point["metrics"].items():
        yield Metric(names.task(name), value, at, point["step"])


def curve_started(job: Path) -> int | None:
    """When the trial of a curve began, in MLflow's milliseconds."""
    for point in curve(job):
        if "at" in point:
            return int(point["at"] - 1000 * point["seconds"])
    return None


def curve(job: Path, told: str | None = None) -> Iterator[dict[str, Any]]:
    """The points that a trial has logged, so far or as its record tells."""
    with contextlib.suppress(FileNotFoundError), curve_file(job, told).open(encoding="utf-8") as lines:
        for line in lines:
            with contextlib.suppress(ValueError):  # the last line of a killed job may be half written
                yield json.loads(line)


def millis(moment: str) -> int:
    """An ISO 8601 moment as MLflow counts: milliseconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000)
