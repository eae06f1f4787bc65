"""Watch the job folders of running trials, whatever launcher runs them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from oneaxis.study.folder import StudyFolder
from oneaxis.trial.codec import RECORD_FILE
from oneaxis.trial.handover import REQUEST_FILE
from oneaxis.vocabulary import Trial

INTERVAL = 0.05  # seconds; longer with many trials, so that looking costs little
STATS_A_SECOND = 4000


class Watch:
    """Tells of each trial once: when its task wants its MLflow run, and when its record is there.

    `running` is told after every look how many trials have a job folder and no record yet.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        folder: StudyFolder,
        *,
        run_wanted: Callable[[Trial], None],
        recorded: Callable[[Trial], None],
        running: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._waiting = {trial.index: trial for trial in trials}
        self._asked: set[int] = set()
        self._folder = folder
        self._run_wanted = run_wanted
        self._recorded = recorded
        self._running = running
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
            if (job / RECORD_FILE).exists():
                del self._waiting[trial.index]
                self._recorded(trial)
                continue
            running += 1
            if not (job / REQUEST_FILE).exists():
                self._asked.discard(trial.index)  # a new attempt asks anew
            elif trial.index not in self._asked:
                self._asked.add(trial.index)
                self._run_wanted(trial)
        self._running(running)
