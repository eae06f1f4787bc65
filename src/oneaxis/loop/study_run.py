"""Carry out a planned study: launch its trials, watch them, mirror them, tell how they ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from hydra.core.utils import JobReturn
from rich.console import Console

from oneaxis.analysis.comparison import compare, wanted_trials
from oneaxis.analysis.result import Comparison, Health
from oneaxis.errors import BadRecord, StudyFailed
from oneaxis.loop.advice import caution, interrupted, next_steps, study_result, undecided
from oneaxis.loop.job_folder import uses_own_folders
from oneaxis.loop.known import reused_lines
from oneaxis.loop.lacking import failure
from oneaxis.loop.launchers import most_at_once, ours
from oneaxis.loop.launching import Launching
from oneaxis.loop.leave import leave_comparison
from oneaxis.loop.own_rate import own_rate_lines
from oneaxis.loop.past import PastStudy
from oneaxis.loop.rounds import Rounds
from oneaxis.loop.settings import Settings
from oneaxis.report.terminal import paragraph, say
from oneaxis.study.folder import StudyFolder
from oneaxis.study.interrupts import exit_status, terminable
from oneaxis.study.local_launch import imports_told, small_print
from oneaxis.study.predictions import single_run_examples
from oneaxis.study.progress import Progress, failure_line, first_result, waiting
from oneaxis.study.relaunch import Relaunch, batches
from oneaxis.study.rounds import Unwritten, pending, settle, settle_lost
from oneaxis.study.started import Started
from oneaxis.study.submitted import Submitted
from oneaxis.study.times import Stages, keep_marks, time_line, time_report
from oneaxis.study.watch import Watch
from oneaxis.tracking.handle import Mirrored, MirrorProcess
from oneaxis.tracking.written import already_written
from oneaxis.vocabulary import Record, Study, Trial

INTERRUPT_PATIENCE = 20.0  # seconds that MLflow gets after Ctrl-C


@dataclass(frozen=True)
class StudyRun:
    """One study under way."""

    launching: Launching
    settings: Settings
    study: Study
    folder: StudyFolder
    terminal: Console
    unwritten: dict[int, Record] = field(default_factory=dict)  # what a full disk didn't take
    stages: Stages = field(default_factory=Stages)
    claims: Health | None = None
    queued: Sequence[Submitted] = ()  # jobs of an earlier start that a queue still holds

    def to_the_end(self, *, uri: str | None) -> Sequence[Sequence[JobReturn]]:
        """Run every trial, print the table and what to do next; raise if anything is without a result."""
        kept = self.folder.records(self.study)
        nothing = not pending(self.study, kept)
        if nothing and self.launching.server is not None:
            self.launching.server.abandon()
        written = already_written(self.folder.root, uri, kept) if nothing and uri is not None else None
        mirror = self._mirror(uri, kept) if self.study.tracking.live and written is None else None
        returns: list[Sequence[JobReturn]] = []
        problem: BaseException | None = None
        try:
            with terminable():
                if not nothing and self.launching.server is not None:
                    self.terminal.print(paragraph(small_print(self.launching.server)))
                problem = self._all_rounds(mirror, returns)
            self.stages.mark("ended")
            self._write_again()
            records, warnings = self._records()
            examples = single_run_examples(self.folder, self.study, records)
            shown = self.folder.read_study()  # as others may read it: secrets are masked there
            comparison = compare(shown.plan, records, shown.policy, examples=examples)
            unsaved = leave_comparison(self.folder.own, comparison, shown)
            self.terminal.print(study_result(comparison, width=self.terminal.width))
            if isinstance(problem, KeyboardInterrupt):
                wanted = wanted_trials(self.study.plan, records, self.study.policy)
                say(self.terminal, interrupted(self.folder.root, comparison, trials=len(wanted)))
            else:
                say(self.terminal, caution(self.study, comparison, records))
                say(self.terminal, undecided(self.study, comparison, records))
                told = own_rate_lines(PastStudy(self.folder, shown), comparison, Path.cwd())
                say(self.terminal, "\n".join(told))
                if self.claims is not None and self.study.plan.deviations:
                    self.terminal.print(paragraph(self.claims.text))
            reused = [] if nothing else reused_lines(self.study, records)  # told a moment ago
            say(self.terminal, "\n".join([*reused, *warnings, *self._unwritten_lines(), *unsaved]))
            self.stages.mark("told")
            keep_marks(self.folder.own, self.stages.marks())
            spent = time_line(time_report(self.folder.own, records.values()))
            say(self.terminal, "\n".join(filter(None, (spent, imports_told(returns)))))
            if self.settings.report and not isinstance(problem, KeyboardInterrupt):
                self._report(shown, records, comparison)
        except BaseException:
            if mirror is not None:
                mirror.kill()
            raise
        mirrored = written or self._mirrored(mirror, interrupted=isinstance(problem, KeyboardInterrupt))
        say(self.terminal, next_steps(self.study, self.folder.root, comparison, mirrored, uri=uri))
        if isinstance(problem, KeyboardInterrupt):
            raise SystemExit(exit_status(problem))
        if comparison.unusable or problem is not None:
            raise StudyFailed(failure(self.study, self.folder.root, comparison, problem)) from problem
        return returns

    def _all_rounds(self, mirror: MirrorProcess | None, returns: list[Sequence[JobReturn]]) -> BaseException | None:
        """Launch rounds until none is pending; what ended them early, if anything did."""
        rounds = Rounds(self.study, self.settings.max_minutes, lambda: self._records()[0])
        problem: BaseException | None = None
        for trials in rounds:
            say(self.terminal, rounds.told)
            with Progress(self.terminal, len(trials), verb="trials") as progress:
                problem = self._rounds(trials, self._watch(trials, mirror, progress), returns)
            if problem is not None or (self.settings.fail_fast and self._any_failed(trials)):
                break
            if self.study.plan.adaptive:
                self._settle_lost(trials)
        say(self.terminal, rounds.stopped)
        return problem

    def _records(self) -> tuple[dict[int, Record], tuple[str, ...]]:
        """What is on disk and what a full disk didn't take; and what can't be read there."""
        on_disk, warnings = self.folder.read_records(self.study)
        return {**on_disk, **self.unwritten}, warnings

    def _any_failed(self, trials: Sequence[Trial]) -> bool:
        records = [self.folder.record(trial.folder) for trial in trials]
        return any(record is None or record.status != "finished" for record in records)

    def _rounds(
        self, trials: Sequence[Trial], watch: Watch, returns: list[Sequence[JobReturn]]
    ) -> BaseException | None:
        """Launch the trials; what ended the launches early, if anything did."""
        contiguous = not uses_own_folders(self.launching.config)
        started = Started(self.folder.root)
        noted = started.noted_by(self.launching.context)
        # Ours sees each job's process itself.
        launching = self.launching if ours(self.launching.config) else replace(self.launching, context=noted)
        launcher = launching.launcher()
        relaunch = Relaunch(
            launcher,
            self.folder,
            self.launching.overrides,
            returned=self._settle,
            say=lambda text: say(self.terminal, text),
            limit=self.launching.limit,
            contiguous=contiguous,
        )
        most = 1 if self.settings.fail_fast else most_at_once(self.launching.config)
        known = {job.trial: job for job in self.queued}
        queued = [(trial, known[trial.index]) for trial in trials if trial.index in known]
        new = self.launching.in_turn([trial for trial in trials if trial.index not in known], launcher)
        rounds = batches(new, most=most, contiguous=contiguous)
        settled: set[int] = set()
        problem: BaseException | None = None
        watch.start()
        self.stages.mark("launched")
        try:
            for batch, jobs in relaunch.run(rounds, queued):
                returns.append([job for job in jobs if job is not None])
                records = [self._settle(*pair) for pair in zip(batch, jobs, strict=True)]
                settled.update(trial.index for trial in batch)
                if self.settings.fail_fast and any(record is None or record.status != "finished" for record in records):
                    break
        except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - a launcher that dies must not take the records along
            problem = error
        for trial in [one for one in trials if one.index not in settled]:
            self._settle(trial, None)
        watch.stop()
        started.forget_all()
        return problem

    def _settle(self, trial: Trial, job: JobReturn | None) -> Record | None:
        """A trial's record; kept in memory where the disk is full."""
        try:
            return settle(self.study, self.folder, trial, job)
        except Unwritten as lost:
            self.unwritten[trial.index] = lost.record
            return lost.record

    def _settle_lost(self, trials: Sequence[Trial]) -> None:
        known, _ = self._records()
        for trial in trials:
            if trial.index not in known:
                try:
                    settle_lost(self.study, self.folder, trial)
                except Unwritten as lost:
                    self.unwritten[trial.index] = lost.record

    def _write_again(self) -> None:
        for index, record in list(self.unwritten.items()):
            with suppress(OSError):
                self.folder.write_record(record)
                del self.unwritten[index]

    def _unwritten_lines(self) -> list[str]:
        """What only this screen holds: the numbers of trials that the disk didn't take."""
        return [
            f"not on disk (it can't be written): {record.deviation or 'reference'}, seed {record.seed}: "
            + (", ".join(f"{name} {value!r}" for name, value in record.metrics.items()) or record.status)
            for record in self.unwritten.values()
        ]

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

        def grew(trial: Trial) -> None:
            if mirror is not None:
                mirror.curve_grew(trial.index)

        return Watch(trials, self.folder, run_wanted=run_wanted, recorded=recorded, running=progress.running, grew=grew)

    def _mirror(self, uri: str | None, kept: Mapping[int, Record]) -> MirrorProcess:
        """The mirror, told of what is there already."""
        mirror = MirrorProcess(self.folder.root, str(uri), notice=lambda text: say(self.terminal, text))
        for index in kept:
            mirror.recorded(index)
        return mirror

    def _report(self, shown: Study, records: Mapping[int, Record], comparison: Comparison) -> None:
        """The page, after the table; the mirror takes it along."""
        from oneaxis.loop.report_study import report_at_end  # noqa: PLC0415 - draws, which nothing before needs

        problem = report_at_end(self.folder, shown, records, comparison)
        page = self.folder.own / "report.html"
        here = Path.cwd()
        place = page.relative_to(here) if page.is_relative_to(here) else page
        say(self.terminal, f"\nreport: {place if problem is None else problem}")

    def _mirrored(self, mirror: MirrorProcess | None, *, interrupted: bool) -> Mirrored | None:
        if mirror is None:
            return None
        with waiting(self.terminal, "writing the rest to MLflow …"):
            return mirror.finish(INTERRUPT_PATIENCE if interrupted else None)
