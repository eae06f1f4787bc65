"""Predictions of trials, read for comparisons example by example."""

from __future__ import annotations

from collections.abc import Mapping

from oneaxis.analysis.examples import Examples
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.own import PREDICTIONS_FILE, result
from oneaxis.vocabulary import Record, Study, Trial

MOST_FILES = 400  # beyond it reading them takes seconds, and one run each decides nothing anyway


def read_examples(folder: StudyFolder, trial: Trial, record: Record) -> Examples | None:
    """What a trial predicted; None where it kept nothing, or the file is damaged."""
    file = result(folder.job(trial.folder), record.predictions, PREDICTIONS_FILE)
    if file is None:
        return None
    import numpy as np  # noqa: PLC0415 - only where there is something to read

    try:
        with np.load(file, allow_pickle=False) as arrays:
            parts = [tuple(arrays[name].tolist()) for name in ("ids", "truth", "predicted")]
    except (OSError, ValueError, KeyError):
        return None
    return Examples(*(tuple(map(_hashable, part)) for part in parts))


def single_run_examples(folder: StudyFolder, study: Study, records: Mapping[int, Record]) -> dict[int, Examples]:
    """The predictions of a study of one run each, by trial; empty where there are several seeds."""
    if study.several_seeds or len(records) > MOST_FILES:
        return {}
    trials = {trial.index: trial for trial in study.plan.trials}
    found = {index: read_examples(folder, trials[index], record) for index, record in records.items()}
    return {index: examples for index, examples in found.items() if examples is not None}


def _hashable(item: object) -> object:
    return tuple(map(_hashable, item)) if isinstance(item, list) else item
