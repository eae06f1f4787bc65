"""Carry out a planned study: launch its trials, watch them, mirror them, tell how they ended."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, cast

from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from rich.console import Console

from oneaxis.analysis.comparison import compare, wanted_trials
from oneaxis.analysis.result import Comparison
from oneaxis.composing.text import quote
from oneaxis.errors import BadRecord, StudyFailed
from oneaxis.loop.advice import caution, interrupted, next_steps, study_result, undecided
from oneaxis.loop.leave import leave_comparison
from oneaxis.loop.rounds import Rounds
from oneaxis.loop.settings import Settings
from oneaxis.report.terminal import say
from oneaxis.study.folder import StudyFolder
from oneaxis.study.interrupts import exit_status, terminable
from oneaxis.study.predictions import single_run_examples
from oneaxis.study.progress import Progress, failure_line, first_result
from oneaxis.study.rounds import launch, settle, settle_lost
from oneaxis.study.watch import Watch
from oneaxis.study.workers import Server
from oneaxis.tracking.handle import Mirrored, MirrorProcess
from oneaxis.trial.guard import Guard
from oneaxis.vocabulary import Record, Study, Trial

DEFAULT_SUBDIR = "${hydra.job.num}"
INTERRUPT_PATIENCE = 20.0  # seconds that MLflow gets after Ctrl-C
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class StudyRun:
    """One study under way."""

    config: DictConfig
    context: HydraContext
    task: TaskFunction
    settings: Settings
    study: Study
    folder: StudyFolder
    terminal: Console
    server: Server | None

    @property
    def _plain(self) -> bool:
        """Whether this is a plain sweep: Hydra's own files then lie where Hydra puts them, ours apart if need be."""
        return self.study.plan.reference is None

    def to_the_end(
        self, mirror: MirrorProcess | None, *, moved: bool, uri: str | None
    ) -> Sequence[Sequence[JobReturn]]:
        """Run every trial, print the table and what to do next; raise if anything is without a result."""
        returns: list[Sequence[JobReturn]] = []
        problem: BaseException | None = None
        try:
            with terminable():
                problem = self._all_rounds(mirror, returns, moved=moved)
            records = self.folder.records(self.study)
            examples = single_run_examples(self.folder, self.study, records)
            comparison = compare(self.study.plan, records, self.study.policy, examples=examples)
            leave_comparison(self.folder.root, comparison, self.study)
            self.terminal.print(study_result(comparison, width=self.terminal.width))
            if isinstance(problem, KeyboardInterrupt):
                wanted = wanted_trials(self.study.plan, records, self.study.policy)
                say(self.terminal, interrupted(comparison, len(wanted)))
            else:
                say(self.terminal, caution(self.study, comparison, records))
                say(self.terminal, undecided(self.study, comparison, records))
        except BaseException:
            if mirror is not None:
                mirror.kill()
            raise
        mirrored = self._mirrored(mirror, interrupted=isinstance(problem, KeyboardInterrupt))
        say(self.terminal, next_steps(self.study, self.folder.root, comparison, mirrored, uri=uri))
        if isinstance(problem, KeyboardInterrupt):
            raise SystemExit(exit_status(problem))
        if comparison.unusable or problem is not None:
            raise StudyFailed(_failure(self.study, comparison, problem)) from problem
        return returns

    def _all_rounds(
        self, mirror: MirrorProcess | None, returns: list[Sequence[JobReturn]], *, moved: bool
    ) -> BaseException | None:
        """Launch rounds until none is pending; what ended them early, if anything did."""
        rounds = Rounds(self.study, self.settings.max_minutes, lambda: self.folder.records(self.study))
        problem: BaseException | None = None
        for trials in rounds:
            say(self.terminal, rounds.told)
            with Progress(self.terminal, len(trials), verb="trials") as progress:
                problem = self._rounds(trials, self._watch(trials, mirror, progress), returns, moved=moved)
            if problem is not None or (self.settings.fail_fast and self._any_failed(trials)):
                break
            if self.study.plan.adaptive:
                settle_lost(self.study, self.folder, trials)
        say(self.terminal, rounds.stopped)
        return problem

    def _any_failed(self, trials: Sequence[Trial]) -> bool:
        records = [self.folder.record(trial.folder) for trial in trials]
        return any(record is None or record.status != "finished" for record in records)

    def _rounds(
        self, trials: Sequence[Trial], watch: Watch, returns: list[Sequence[JobReturn]], *, moved: bool
    ) -> BaseException | None:
        """Launch the trials; what ended the launches early, if anything did."""
        launcher = self._launcher(trials, moved=moved)
        overrides = {trial.index: self._job_overrides(trial, moved=moved) for trial in trials}
        settled: set[int] = set()
        problem: BaseException | None = None
        watch.start()
        try:
            for batch, jobs in launch(launcher, trials, overrides, one_by_one=self.settings.fail_fast):
                returns.append(jobs)
                records = [settle(self.study, self.folder, *pair) for pair in zip(batch, jobs, strict=True)]
                settled.update(trial.index for trial in batch)
                if self.settings.fail_fast and any(record is None or record.status != "finished" for record in records):
                    break
        except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - a launcher that dies must not take the records along
            problem = error
        for trial in trials:
            if trial.index not in settled:
                settle(self.study, self.folder, trial, None)
        watch.stop()
        return problem

    def _watch(self, trials: Sequence[Trial], mirror: MirrorProcess | None, progress: Progress) -> Watch:
        several = self.study.several_seeds
        spoken = False

        def recorded(trial: Trial) -> None:
            nonlocal spoken
            if mirror is not None:
                mirror.recorded(trial.index)
            try:
                record = self.folder.record(trial.folder)
            except BadRecord:
                record = None  # settled, and told, when the launcher returns
            failed = record is None or record.status != "finished"
            if record is not None and failed:
                progress.say(failure_line(trial, record, several_seeds=several))
            elif record is not None and trial.deviation is None and not spoken:
                spoken = True
                progress.say(first_result(trial, record, several_seeds=several))
            progress.advance(failed=failed)

        def run_wanted(trial: Trial) -> None:
            if mirror is not None:
                mirror.run_wanted(trial.index)

        return Watch(trials, self.folder, run_wanted=run_wanted, recorded=recorded, running=progress.running)

    def _launcher(self, trials: Sequence[Trial], *, moved: bool) -> Launcher:
        config = self.config
        if moved and not self._plain:
            with read_write(config), open_dict(config):
                config.hydra.sweep.dir = str(self.folder.root)
        guarded = Guard(
            self.task,
            self.study.id,
            tracked=self.study.tracking.live,
            compared=not self._plain,
            home=str(self.folder.root) if moved and self._plain else None,
        )
        launcher = Plugins.instance().instantiate_launcher(
            hydra_context=self.context, task_function=guarded, config=config
        )
        if self.server is not None:
            local = cast("Any", launcher)
            local.server = self.server
            # One launch counts on from its first trial; a later round may leave some out.
            fail_fast = self.settings.fail_fast
            numbered = {one.index: one for one in trials} if fail_fast else dict(enumerate(trials, trials[0].index))
            # A process that dies leaves no record: written now, its failure shows now.
            local.returned = lambda number, job: settle(self.study, self.folder, numbered[number], job)
        if not config.hydra.verbose:
            # The plan and the progress say it better than a line a job.
            logging.getLogger(type(launcher).__module__.rpartition(".")[0]).setLevel(logging.WARNING)
        if not type(launcher).__name__.startswith("Basic"):
            for name in THREADS:  # one thread a worker: two workers with two threads each are many times slower
                os.environ.setdefault(name, "1")
        return launcher

    def _job_overrides(self, trial: Trial, *, moved: bool) -> list[str]:
        """The trial's overrides, and beside them what only Hydra's own node sees."""
        ticket: Mapping[str, Any] = {
            "trial": trial.index,
            "role": trial.role,
            "axis": trial.axis,
            "value": trial.value,
            "deviation": trial.deviation,
            "seed": trial.seed,
            "digest": trial.digest,
            "folder": trial.folder,
        }
        texts = [
            f"hydra.sweeper.job.{name}={value if isinstance(value, int) else quote(value)}"
            for name, value in ticket.items()
            if value is not None
        ]
        if uses_own_folders(self.config):
            texts.append(f"hydra.sweep.subdir={quote(trial.folder)}")
        if moved and not self._plain:
            texts.append(f"hydra.sweep.dir={quote(str(self.folder.root))}")
        return [*trial.overrides, *texts]

    def _mirrored(self, mirror: MirrorProcess | None, *, interrupted: bool) -> Mirrored | None:
        if mirror is None:
            return None
        with self.terminal.status("writing the rest to MLflow") if self.terminal.is_terminal else nullcontext():
            return mirror.finish(INTERRUPT_PATIENCE if interrupted else None)


def uses_own_folders(config: DictConfig) -> bool:
    """Whether job folders may be named after their trial: only where the app left Hydra's default."""
    sweep = OmegaConf.to_container(config.hydra.sweep, resolve=False)
    return isinstance(sweep, dict) and sweep["subdir"] == DEFAULT_SUBDIR


def _failure(study: Study, comparison: Comparison, problem: BaseException | None) -> str:
    several = study.several_seeds
    total = len(study.plan.trials)
    lines = [f"{len(comparison.unusable)} of {total} trials have no result:"]
    lines.extend(f"  {_reason(trial, record, several_seeds=several)}" for trial, record in comparison.unusable[:10])
    if len(comparison.unusable) > 10:  # noqa: PLR2004 - a screenful
        lines.append(f"  and {len(comparison.unusable) - 10} more")
    if problem is not None:
        lines.append(f"  the launcher stopped: {type(problem).__name__}: {problem}")
    return "\n".join(lines)


def _reason(trial: Trial, record: Record | None, *, several_seeds: bool) -> str:
    if record is None:
        return f"missing: {trial.label(several_seeds=several_seeds)}: it left no record"
    return failure_line(trial, record, several_seeds=several_seeds)
