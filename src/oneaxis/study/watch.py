"""Watch the job folders of running trials, whatever launcher runs them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from oneaxis.study.folder import StudyFolder
from oneaxis.trial.codec import has_record
from oneaxis.trial.handover import REQUEST_FILE
from oneaxis.trial.journal import curve_file
from oneaxis.trial.own import PLACE
from oneaxis.trial.running import RUNNING_FILE
from oneaxis.vocabulary import Trial

INTERVAL = 0.05  # seconds; longer with many trials, so that looking costs little
STATS_A_SECOND = 4000
FOLLOW_EVERY = 3.0  # seconds between looks at a running trial's curve


class Watch:
    """Tells of each trial once: when its task wants its MLflow run, and when its record is there.

    `running` is told after every look how many trials a job holds, `grew` now and then that the curve of a trial
    without a record has new points.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        folder: StudyFolder,
        *,
        run_wanted: Callable[[Trial], None],
        recorded: Callable[[Trial], None],
        running: Callable[[int], None] = lambda _: None,
        grew: Callable[[Trial], None] = lambda _: None,
    ) -> None:
        self._waiting = {trial.index: trial for trial in trials}
        self._asked: set[int] = set()
        self._folder = folder
        self._run_wanted = run_wanted
        self._recorded = recorded
        self._running = running
        self._grew = grew
        self._followed: dict[int, tuple[float, int]] = {}  # when a trial's curve was looked at, and its length then
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="oneaxis-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop, after one last look."""
        self._stop.set()
        self._thread.join()
        self._look()

    def _run(self) -> None:
        while not self._stop.wait(max(INTERVAL, 2 * len(self._waiting) / STATS_A_SECOND)):
            self._look()

    def _look(self) -> None:
        running = 0
        for trial in list(self._waiting.values()):
            job = self._folder.job(trial.folder)
            if not job.exists():
                continue
            if has_record(job):
                del self._waiting[trial.index]
                self._recorded(trial)
                continue
            running += (job / PLACE / RUNNING_FILE).exists()  # what failed before has a folder, too
            if not (job / PLACE / REQUEST_FILE).exists():
                self._asked.discard(trial.index)  # a new attempt asks anew
            elif trial.index not in self._asked:
                self._asked.add(trial.index)
                self._run_wanted(trial)
            self._follow(trial, job)
        self._running(running)

    def _follow(self, trial: Trial, job: Path) -> None:
        now = time.monotonic()
        looked, length = self._followed.setdefault(trial.index, (now, 0))
        if now - looked < FOLLOW_EVERY:
            return
        try:
            size = curve_file(job).stat().st_size
        except OSError:
            size = 0
        self._followed[trial.index] = now, size
        if size not in (0, length):
            self._grew(trial)
