"""The rounds of a study: what to launch next, until nothing is pending or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from oneaxis.study.rounds import pending
from oneaxis.vocabulary import Record, Study, Trial


class Rounds:
    """Yields rounds of trials; `told` says what a round is, `stopped` why there is no further one.

    Without adaptive seeds and time limit there is one round. With a time limit a round is one seed, for what has
    started is finished. A trial is launched once, even if it leaves no record.
    """

    def __init__(self, study: Study, max_minutes: float | None, records: Callable[[], Mapping[int, Record]]) -> None:
        self.told = ""
        self.stopped = ""
        self._study = study
        self._max_minutes = max_minutes
        self._records = records
        self._started = time.monotonic()
        self._launched: set[int] = set()

    def __iter__(self) -> Iterator[tuple[Trial, ...]]:
        while True:
            waiting = [one for one in pending(self._study, self._records()) if one.index not in self._launched]
            if not waiting:
                return
            if self._launched and self._time_is_up():
                noun = "trial was" if len(waiting) == 1 else "trials were"
                self.stopped = (
                    f"stopped by hydra.sweeper.max_minutes={self._max_minutes:g}: {len(waiting)} {noun} not started"
                )
                return
            self.told = self._say(waiting) if self._study.plan.adaptive else ""
            trials = self._of_this_round(waiting)
            self._launched.update(trial.index for trial in trials)
            yield trials
            if len(self._launched) == len(self._study.plan.trials):
                return

    def _of_this_round(self, waiting: Sequence[Trial]) -> tuple[Trial, ...]:
        if self._max_minutes is None:
            return tuple(waiting)
        return tuple(trial for trial in waiting if trial.seed == waiting[0].seed)

    def _time_is_up(self) -> bool:
        return self._max_minutes is not None and time.monotonic() - self._started >= 60 * self._max_minutes

    def _say(self, waiting: Sequence[Trial]) -> str:
        """`look after 3 seeds: 2 of 6 deviations go on`, before all rounds but the first."""
        plan = self._study.plan
        first = plan.seeds.index(waiting[0].seed)
        if first not in plan.looks:
            return ""
        live = {trial.deviation for trial in waiting if trial.control is None} - {None}
        if plan.screens:
            return (
                f"screened with one seed: {len(live)} of {len(plan.deviations)} deviations stand out of the noise; "
                f"{plan.looks[-1] - 1} more seeds"
            )
        return f"look after {first} seeds: {len(live)} of {len(plan.deviations)} deviations go on"
