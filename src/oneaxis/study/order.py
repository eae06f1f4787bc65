"""Which trial starts first: the longest, where earlier records tell, so that none is left running alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from oneaxis.errors import OneAxisError
from oneaxis.study.folder import STUDY_FILE, StudyFolder
from oneaxis.vocabulary import Record, Study, Trial

SIBLINGS = 3  # the newest studies beside this one that are looked at
MOST_RECORDS = 300  # of each; reading one takes a tenth of a millisecond


def longest_first(trials: Sequence[Trial], seconds: Mapping[str | None, float]) -> tuple[Trial, ...]:
    """Trials by seed as they were, the reference first; within a seed, the longest expected first.

    `seconds` are expected, by deviation (None: the reference). A deviation that nothing is known of counts as
    long as the average; without any knowledge the order stays.
    """
    if not seconds:
        return tuple(trials)
    usual = statistics.fmean(seconds.values())
    seeds = list(dict.fromkeys(trial.seed for trial in trials))
    place = {seed: number for number, seed in enumerate(seeds)}
    return tuple(
        sorted(
            trials,
            key=lambda trial: (
                place[trial.seed],
                trial.deviation is not None,
                -seconds.get(trial.deviation, usual),
            ),
        )
    )


def taking_turns(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Trials by seed as they were, each seed beginning with another one: none is always the first, or the last.

    For studies that compare times: a warm-up, and an hour that grows slower, then hit all alike.
    """
    seeds: dict[int | None, list[Trial]] = {}
    for trial in trials:
        seeds.setdefault(trial.seed, []).append(trial)
    found: list[Trial] = []
    for number, own in enumerate(seeds.values()):
        turn = number % len(own)
        found += [*own[turn:], *own[:turn]]
    return tuple(found)


def mean_seconds(records: Iterable[Record]) -> dict[str | None, float]:
    """The mean duration of each deviation's finished trials."""
    found: dict[str | None, list[float]] = {}
    for record in records:
        if record.status == "finished" and record.seconds is not None:
            found.setdefault(record.deviation, []).append(record.seconds)
    return {deviation: statistics.fmean(values) for deviation, values in found.items()}


def expected_seconds(folder: StudyFolder, study: Study) -> dict[str | None, float]:
    """What the records of this study and of the newest ones beside it tell, the nearest first."""
    known: dict[str | None, float] = {}
    for near in (folder, *_siblings(folder)):
        try:
            told = near.read_study() if near is not folder else study
            if told.app != study.app:
                continue
            records = [near.record(trial.folder) for trial in told.plan.trials[:MOST_RECORDS]]
        except (OneAxisError, OSError):
            continue  # a study that can't be read tells nothing
        known = {**mean_seconds(record for record in records if record is not None), **known}
    return known


def _siblings(folder: StudyFolder) -> list[StudyFolder]:
    try:
        found = [
            path.parent
            for path in Path(folder.root).parent.glob(f"*/{STUDY_FILE}")
            if path.parent != folder.root and path.stat().st_size
        ]
    except OSError:
        return []
    return [StudyFolder(path) for path in sorted(found, key=lambda path: path.name)[-SIBLINGS:][::-1]]
