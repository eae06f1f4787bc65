"""Learning curves of a study's trials, read and put together for a report."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import fmean

from oneaxis.report.contents import Curve
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.journal import curve_file
from oneaxis.vocabulary import Record, Study

POINTS = 200  # of a curve; more can't be seen
SEEDS = 10  # read of one row
REFERENCE = "reference"

Points = dict[str, dict[int, float]]  # by metric and step


def read_curves(
    folder: StudyFolder, study: Study, records: Mapping[int, Record], names: Iterable[str]
) -> dict[str, dict[str, Curve]]:
    """Curves by row and metric, of the rows named (`reference` too), over their finished trials."""
    wanted = set(names)
    found: dict[str, list[Points]] = {}
    for trial in study.plan.trials:
        name = trial.deviation or REFERENCE
        record = records.get(trial.index)
        if name not in wanted or record is None or record.status != "finished" or len(found.get(name, ())) >= SEEDS:
            continue
        points = read_points(curve_file(folder.job(trial.folder), record.curves))
        if points:
            found.setdefault(name, []).append(points)
    return {name: _together(trials) for name, trials in found.items()}


def read_points(curve: Path) -> Points:
    """A trial's logged values, the last where a step was logged twice; empty if it logged none."""
    points: Points = {}
    for line in _lines(curve):
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):  # half a line of a killed job
            entry = json.loads(line)
            for metric, value in entry["metrics"].items():
                if math.isfinite(value):
                    points.setdefault(str(metric), {})[int(entry["step"])] = float(value)
    return points


def _lines(path: Path) -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError), path.open(encoding="utf-8") as lines:
        yield from lines


def _together(trials: list[Points]) -> dict[str, Curve]:
    curves = {}
    for metric in dict.fromkeys(metric for points in trials for metric in points):
        seeds = [points[metric] for points in trials if metric in points]
        # Only steps that every seed reached: else the mean jumps where one ends.
        steps = sorted(set.intersection(*(set(points) for points in seeds)))
        if not steps:
            continue
        steps = _thinned(steps)
        values = [[points[step] for points in seeds] for step in steps]
        curves[metric] = Curve(
            steps,
            [fmean(each) for each in values],
            [min(each) for each in values],
            [max(each) for each in values],
            len(seeds),
        )
    return curves


def _thinned(steps: list[int]) -> list[int]:
    if len(steps) <= POINTS:
        return steps
    last = len(steps) - 1
    return [steps[round(place * last / (POINTS - 1))] for place in range(POINTS)]
