"""Launch trials until each has a record or was given up: what a dying worker takes along is launched again.

Hydra's joblib launcher loses a whole batch with one worker, and most launchers with one job that fails before its task;
records on disk stay. Which trial it was can't always be seen, so suspects run again one by one.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher

from oneaxis.errors import TrialFailed, TrialTaken, WorkerDied
from oneaxis.study.folder import StudyFolder
from oneaxis.study.interrupts import interruption
from oneaxis.study.started import Started, before_its_task
from oneaxis.study.submitted import Jobs, Submitted
from oneaxis.trial.codec import has_record
from oneaxis.trial.running import lives, queue_job, running, set_aside, timed_out
from oneaxis.vocabulary import Trial

MOST_DEATHS = 2  # of a trial's worker, before the trial is given up
LOOK = 0.1  # seconds between two looks at processes that still run

Round = tuple[Sequence[Trial], Sequence[JobReturn | None]]


class Relaunch:
    """Launches batches of trials through one launcher, over and over where a worker dies."""

    def __init__(
        self,
        launcher: Launcher,
        folder: StudyFolder,
        overrides: Callable[[Trial], Sequence[str]],
        *,
        returned: Callable[[Trial, JobReturn], object] = lambda *_: None,
        say: Callable[[str], None] = lambda _: None,
        limit: float | None = None,
        contiguous: bool = False,
    ) -> None:
        self._launcher = launcher
        self._folder = folder
        self._overrides = overrides
        self._returned = returned
        self._say = say
        self._limit = limit
        self._contiguous = contiguous
        self._started = Started(folder.root)
        self._jobs = Jobs(folder.root)
        self._ranks = getattr(launcher, "ranks", None)  # by trial: ours alone lets the longest start first
        self._queued: dict[int, Submitted] = {}
        self._deaths: Counter[int] = Counter()

    def run(
        self, batches: Sequence[Sequence[Trial]], queued: Sequence[tuple[Trial, Submitted]] = ()
    ) -> Iterator[Round]:
        """Yield trials with their returns; None where only the disk can tell.

        `queued` are trials whose jobs a queue holds since an earlier start: they are waited for, after all others.

        Raises
        ------
        Exception
            Whatever the launcher raised, where none of its jobs had started.
        KeyboardInterrupt
            If one is behind what the launcher raised.
        """
        self._queued = {trial.index: job for trial, job in queued}
        since_before = [trial for trial, _ in queued]
        waiting = deque(list(batch) for batch in (*batches, since_before) if batch)
        while waiting:
            batch = waiting.popleft()
            try:
                jobs = self._waited(batch) if batch[0].index in self._queued else self._launch(batch)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - goes on, or is raised again
                yield from self._lost(batch, error, waiting)
                continue
            self._wait([trial for trial, job in zip(batch, jobs, strict=True) if _error(job, TrialTaken)])
            jobs = [self._in_time(*pair) for pair in zip(batch, jobs, strict=True)]
            died = [(trial, job) for trial, job in zip(batch, jobs, strict=True) if self._dead(trial, job)]
            ended = [
                (trial, None if _error(job, (TrialTaken, WorkerDied)) else job)
                for trial, job in zip(batch, jobs, strict=True)
                if not self._dead(trial, job)
            ]
            if ended:
                yield [trial for trial, _ in ended], [job for _, job in ended]
            yield from self._bury([trial for trial, _ in died], [job for _, job in died])
            again = [trial for trial, _ in died if not self._over(trial)]
            self._again(again, "its process died")
            waiting.extend([again] if again else [])

    def _launch(self, batch: Sequence[Trial]) -> Sequence[JobReturn]:
        if hasattr(self._launcher, "returned"):
            self._launcher.returned = lambda number, job: self._tell(batch[number - batch[0].index], job)
        if self._ranks and hasattr(self._launcher, "ranks"):
            # The launcher knows numbers of jobs, which are those of trials only where none is left out.
            self._launcher.ranks = {batch[0].index + place: self._ranks[each.index] for place, each in enumerate(batch)}
        overrides = [list(self._overrides(trial)) for trial in batch]
        self._started.forget(batch)
        with self._jobs.submitting(self._launcher, batch):
            return self._launcher.launch(overrides, batch[0].index)

    def _lost(self, batch: Sequence[Trial], error: BaseException, waiting: deque[list[Trial]]) -> Iterator[Round]:
        """What is left of a batch whose launch raised; what runs again is put into `waiting`."""
        interrupt = interruption(error)
        if interrupt is not None:
            raise interrupt from error
        self._wait(batch)
        recorded = [trial for trial in batch if self._recorded(trial)]
        if recorded:
            yield recorded, [None] * len(recorded)
        left = [trial for trial in batch if trial not in recorded]
        early = [trial for trial in left if self._started.has(trial.index) and not self._began(trial)]
        # If one failed before its task, the launcher ended those that had begun: it wasn't their fault.
        suspects = [] if early else [trial for trial in left if self._began(trial)]
        if not suspects and not recorded and not early:
            raise error
        if early and len(batch) == 1:
            yield batch, [before_its_task(error)]
            self._set_apart(batch[0], waiting)
            return
        yield from self._bury(suspects, [self._death(trial, error) for trial in suspects])
        again = [trial for trial in suspects if not self._over(trial)]
        unharmed = [trial for trial in left if trial not in suspects and trial not in early]
        self._again([*early, *again, *filter(self._began, unharmed)], type(error).__name__)
        middle = len(early) // 2
        waiting.extendleft([*self._split(early[:middle]), *self._split(early[middle:])][::-1])
        waiting.extend(self._split(unharmed))
        waiting.extend([trial] for trial in again)

    def _split(self, trials: Sequence[Trial]) -> list[list[Trial]]:
        """What was one launch, without some of its trials."""
        return batches(trials, most=None, contiguous=self._contiguous)

    def _set_apart(self, failed: Trial, waiting: deque[list[Trial]]) -> None:
        """Other seeds of what failed before its task will, too: alone they take nothing along."""
        others = [[trial for trial in batch if trial.deviation != failed.deviation] for batch in waiting]
        alike = [[trial] for batch in waiting for trial in batch if trial.deviation == failed.deviation]
        waiting.clear()
        waiting.extend([*alike, *(part for batch in others for part in self._split(batch))])

    def _waited(self, batch: Sequence[Trial]) -> Sequence[JobReturn]:
        """The returns of jobs that were submitted earlier; what is launched again is not among them any more."""
        return self._jobs.returns([self._queued.pop(trial.index) for trial in batch])

    def _tell(self, trial: Trial, job: JobReturn) -> None:
        """A process that dies for good leaves no record: written now, its failure shows now."""
        dead = self._dead(trial, job)
        if dead and self._deaths[trial.index] + 1 < MOST_DEATHS:
            name = trial.label(several_seeds=trial.seed is not None)
            self._say(f"died: {name}: {job._return_value}; it runs again after the others")  # noqa: SLF001 - as below
            return
        if not _error(job, TrialTaken):
            self._returned(trial, self._twice(job) if dead else job)

    def _bury(self, trials: Sequence[Trial], jobs: Sequence[JobReturn]) -> Iterator[Round]:
        """Count the deaths; yield the trials that are given up."""
        for trial in trials:
            self._deaths[trial.index] += 1
        over = [(trial, job) for trial, job in zip(trials, jobs, strict=True) if self._over(trial)]
        if over:
            yield [trial for trial, _ in over], [self._twice(job) for _, job in over]

    def _over(self, trial: Trial) -> bool:
        return self._deaths[trial.index] >= MOST_DEATHS

    def _dead(self, trial: Trial, job: JobReturn) -> bool:
        """Whether a trial's worker died without a record: the return alone may have been lost."""
        return _error(job, WorkerDied) and not self._recorded(trial)

    def _in_time(self, trial: Trial, job: JobReturn) -> JobReturn:
        """A return, or that of a trial over its time, which would take as long again."""
        if not _error(job, WorkerDied) or not timed_out(self._folder.job(trial.folder)):
            return job
        told = JobReturn(status=JobStatus.FAILED, overrides=job.overrides)
        told.return_value = TrialFailed(
            f"it took longer than {self._limit:g} s and was ended (hydra.sweeper.timeout_minutes)"
        )
        return told

    def _death(self, trial: Trial, error: BaseException) -> JobReturn:
        job = JobReturn(status=JobStatus.FAILED)
        job.return_value = WorkerDied("its process died")
        in_time = self._in_time(trial, job)
        if in_time is not job:
            self._deaths[trial.index] = MOST_DEATHS
            job = in_time
        else:
            reason = (str(error).strip().splitlines() or [""])[0].partition(". ")[0]
            job.return_value = WorkerDied(f"its process died ({type(error).__name__}: {reason})")
        return job

    @staticmethod
    def _twice(job: JobReturn) -> JobReturn:
        returned = job._return_value  # noqa: SLF001 - the public property raises for failed jobs
        if not isinstance(returned, WorkerDied) or str(returned).endswith("given up"):
            return job
        told = JobReturn(status=JobStatus.FAILED, overrides=job.overrides)
        told.return_value = WorkerDied(f"{returned}; so it ended twice, and was given up")
        return told

    def _again(self, trials: Sequence[Trial], why: str) -> None:
        for trial in trials:
            set_aside(self._folder.job(trial.folder))
        if trials:
            names = ", ".join(trial.label(several_seeds=trial.seed is not None) for trial in trials[:3])
            more = f" and {len(trials) - 3} more" if len(trials) > 3 else ""  # noqa: PLR2004 - a line's worth
            self._say(f"launched again: {names}{more} ({why})")

    def _wait(self, trials: Sequence[Trial]) -> None:
        """Until no process of this machine, and no job of a queue, works at these trials any more."""
        for trial in trials:
            job = self._folder.job(trial.folder)
            while not self._recorded(trial) and (lives(job) or self._jobs.holds(queue_job(job))):
                time.sleep(LOOK)

    def _began(self, trial: Trial) -> bool:
        return running(self._folder.job(trial.folder)) is not None

    def _recorded(self, trial: Trial) -> bool:
        return has_record(self._folder.job(trial.folder))


def batches(trials: Sequence[Trial], *, most: int | None, contiguous: bool) -> list[list[Trial]]:
    """Trials in as few launches as possible, at most so many each.

    `contiguous`: a launch numbers its jobs upwards, and where an app names job folders by that number it must be
    the trial's own.
    """
    found: list[list[Trial]] = []
    for trial in trials:
        fits = found and (most is None or len(found[-1]) < most)
        if fits and not (contiguous and found[-1][-1].index + 1 != trial.index):
            found[-1].append(trial)
        else:
            found.append([trial])
    return found


def _error(job: JobReturn, kind: type[Exception] | tuple[type[Exception], ...]) -> bool:
    return isinstance(job._return_value, kind)  # noqa: SLF001 - the public property raises for failed jobs
