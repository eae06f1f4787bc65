"""Jobs that a queue holds: written down in the study's folder, waited for, known again after a restart.

Hydra's submitit launcher raises where one job dies, while the others still run, and without Slurm's accounting it waits
for a lost job for ever. So each job is waited for here, by its result and by what the queue says.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher

from oneaxis.errors import TrialFailed, WorkerDied
from oneaxis.study.folder import StudyFolder
from oneaxis.study.slurm import CANCELLED, OVERDUE, Queue, longest_array, reachable
from oneaxis.study.started import Started, before_its_task
from oneaxis.trial.running import queue_job
from oneaxis.vocabulary import Trial

JOBS_FILE = "jobs.jsonl"
USUAL_FOLDER = ".submitit/%j"  # of submitit's files, as Hydra's launcher names it
LOOK = 0.2  # seconds between two looks at a job
LATE = {"slurm": 15.0, "local": 1.0}  # seconds that the file of a result may come after its job's end


@dataclass(frozen=True)
class Submitted:
    """A job of a queue, and the trial that it runs. `folder` is submitit's, seen from the study's."""

    trial: int
    job: str
    cluster: str
    folder: str


class Jobs:
    """The jobs that a study has handed to a queue."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = StudyFolder(root).own / JOBS_FILE
        self._queue = Queue()
        self._started = Started(root)

    @contextmanager
    def submitting(self, launcher: Launcher, batch: Sequence[Trial]) -> Iterator[None]:
        """Within this block, what the launcher submits is noted, and each job's return is known whatever ends it."""
        if not type(launcher).__module__.startswith("hydra_plugins.hydra_submitit_launcher"):
            yield
            return
        import submitit  # noqa: PLC0415 - an extra; its launcher is in use

        executor: Any = submitit.AutoExecutor
        submit = executor.map_array
        handed: list[_Handle] = []

        def noted(self: Any, function: Any, *columns: Any) -> Any:
            on_slurm = self.cluster == "slurm"
            rows = list(zip(batch, *columns, strict=True))
            size = longest_array() if on_slurm else len(rows)
            for start in range(0, len(rows), size):
                trials, *part = zip(*rows[start : start + size], strict=True)
                jobs = submit(self, function, *part)
                handed.extend(
                    _Handle(job, self.cluster, queue, partial(started.has, trial.index))
                    for trial, job in zip(trials, jobs, strict=True)
                )
                if on_slurm:
                    place = os.path.relpath(self.folder, root)
                    note(
                        Submitted(trial.index, job.job_id, self.cluster, place)
                        for trial, job in zip(trials, jobs, strict=True)
                    )
            return handed

        note, queue, root, started = self._note, self._queue, self._root.absolute(), self._started
        executor.map_array = noted
        try:
            yield
        except Exception:
            for job in handed:
                job.wait()
            raise
        except BaseException:  # Ctrl-C: nothing outlives the sweeping process
            for job in handed:
                job.cancel()
            raise
        finally:
            executor.map_array = submit

    def queued(self) -> tuple[Submitted, ...]:
        """The jobs that were submitted earlier and that still wait or run; none where there is no queue to ask.

        Raises
        ------
        QueueSilent
            If the queue can't be asked.
        """
        noted = self._noted()
        return tuple(job for job in noted if self._queue.holds(job.job)) if noted and reachable() else ()

    def working(self, folder: Path, trial: Trial) -> Submitted | None:
        """The job that works in a trial's folder, where it wasn't noted: killed between handing over and noting."""
        job = queue_job(folder)
        known = bool(job) and reachable() and self._queue.holds(job)
        return Submitted(trial.index, job, "slurm", USUAL_FOLDER) if known else None

    def holds(self, job: str) -> bool:
        """Whether a job waits or runs, as far as the queue can tell."""
        return bool(job) and self._queue.may_hold(job)

    def returns(self, jobs: Sequence[Submitted]) -> list[JobReturn]:
        """Wait for jobs that were submitted earlier."""
        from submitit.slurm.slurm import SlurmJob  # noqa: PLC0415 - as above

        found: list[_Handle] = []
        for each in jobs:
            job: Any = SlurmJob(folder=self._root.absolute() / each.folder, job_id=each.job)
            found.append(_Handle(job, each.cluster, self._queue, partial(self._started.has, each.trial)))
        try:
            return [each.results()[0] for each in found]
        except KeyboardInterrupt:
            for handle in found:
                handle.cancel()
            raise

    def _note(self, jobs: Iterable[Submitted]) -> None:
        lines = "".join(json.dumps({"schema": 1, **asdict(job)}) + "\n" for job in jobs)
        if lines:
            # A full disk costs only what a restart would know of the queue.
            with contextlib.suppress(OSError), self._file.open("a", encoding="utf-8") as file:
                file.write(lines)

    def _noted(self) -> tuple[Submitted, ...]:
        """The last job of each trial."""
        found: dict[int, Submitted] = {}
        with contextlib.suppress(OSError), self._file.open(encoding="utf-8") as lines:
            for line in lines:
                with contextlib.suppress(ValueError, TypeError, KeyError):  # half a line, from a full disk
                    fields = json.loads(line)
                    fields.pop("schema")
                    job = Submitted(**fields)
                    found[job.trial] = job
        return tuple(found.values())


class _Handle:
    """A job as Hydra's launcher wants it: `results` waits, and returns also where the job died."""

    def __init__(self, job: Any, cluster: str, queue: Queue, started: Callable[[], bool]) -> None:
        self._job = job
        self._cluster = cluster
        self._queue = queue
        self._started = started
        self._ended = False

    def wait(self) -> None:
        """Until the result is there, or the job is gone and its result doesn't come any more."""
        late: float | None = None
        while not self._ended:
            with contextlib.suppress(OSError):
                self._job.paths.folder.chmod(self._job.paths.folder.stat().st_mode)  # network file systems look again
            if self._job.paths.result_pickle.exists():
                break
            if late is None and self._gone():
                late = time.monotonic() + LATE.get(self._cluster, LATE["slurm"])
            if late is not None and time.monotonic() >= late:
                break
            time.sleep(LOOK)
        self._ended = True

    def results(self) -> list[JobReturn]:
        """The return of the job's one task.

        Raises
        ------
        FailedJobError
            If the job could not even start with its trial.
        """
        self.wait()
        if self._job.paths.result_pickle.exists():
            try:
                return list(self._job.results())
            except Exception as error:
                if not self._started():
                    raise
                return [before_its_task(error)]
        lost = JobReturn(status=JobStatus.FAILED)
        lost.return_value = self._death()
        return [lost]

    def cancel(self) -> None:
        if not self._ended:
            self._job.cancel(check=False)

    def _gone(self) -> bool:
        if self._cluster == "slurm":
            return not self._queue.may_hold(self._job.job_id)
        return bool(self._job.done())

    def _death(self) -> Exception:
        if self._cluster != "slurm":
            return WorkerDied("its process died")
        state, node = self._queue.last(self._job.job_id)
        told = f"Slurm's job {self._job.job_id} ended as {state or 'unknown'}{f' on {node}' if node else ''}"
        if state in OVERDUE:
            return TrialFailed(f"{told}: it took longer than hydra.launcher.timeout_min allows")
        if state in CANCELLED:
            return TrialFailed(f"{told}; `oneaxis resume` runs it again")
        return WorkerDied(f"its process died ({told})")


def waiting_lines(jobs: Sequence[Submitted]) -> tuple[str, ...]:
    """What is said of jobs that a study finds in the queue when it goes on."""
    if not jobs:
        return ()
    noun = "trial is" if len(jobs) == 1 else "trials are"
    return (f"in the queue: {len(jobs)} {noun} waiting or running there since before, and not started again",)
