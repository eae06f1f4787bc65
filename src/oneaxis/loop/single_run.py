"""Record `python train.py` without `-m`: `hydra/callbacks=oneaxis`."""

from __future__ import annotations

import atexit
import logging
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from oneaxis.canonical import digest
from oneaxis.composing.compose import task_part
from oneaxis.errors import OneAxisError
from oneaxis.loop.command_line import typed_arguments
from oneaxis.loop.looking import end_if_looked_at
from oneaxis.masking import masked_addresses
from oneaxis.report.output import fitting
from oneaxis.study.folder import StudyFolder
from oneaxis.study.place import kept_folders, place_of_run
from oneaxis.tracking.handle import Mirrored, MirrorProcess
from oneaxis.tracking.store import AUTO, choose_store, reach
from oneaxis.trial import journal
from oneaxis.trial.guard import container, now, resolved
from oneaxis.trial.handover import Handover
from oneaxis.trial.loaded import project_root
from oneaxis.trial.outcome import Expected, expect, measured
from oneaxis.trial.provenance import entry_point
from oneaxis.trial.ranks import around_this_process
from oneaxis.trial.witness import Witness
from oneaxis.vocabulary import Failure, Plan, Policy, Record, Study, Tracking, Trial, split_key

log = logging.getLogger(__name__)


@dataclass
class _Open:
    """A run under way."""

    study: Study
    record: Record
    folder: StudyFolder
    notes: journal.Journal
    handover: Handover
    witness: Witness
    mirror: MirrorProcess | None
    expected: Expected | None
    clock: float


class RecordRun(Callback):
    """Leaves the same record and MLflow run as a study's trial. Called by Hydra in the job's process.

    Does nothing in a multirun, where the sweeper's guard keeps the record, nor in what a trial starts.
    """

    def __init__(self) -> None:
        self._open: _Open | None = None

    def on_run_start(self, config: DictConfig, **_: Any) -> None:  # noqa: ARG002 - Hydra's signature
        """Run nothing where a command only looks."""
        end_if_looked_at()

    def on_job_start(self, config: DictConfig, **_: Any) -> None:
        """Open the record, when the job folder exists and the task is about to start."""
        if config.hydra.mode == RunMode.MULTIRUN or around_this_process() is not None:
            return
        tracking, uri = _tracking(config)
        output, cwd = Path(config.hydra.runtime.output_dir), Path(config.hydra.runtime.cwd)
        record = _record(config)
        elsewhere = cwd / "outputs" / f"{datetime.now().astimezone():%Y-%m-%d/%H-%M-%S}"  # as Hydra has it
        folder, study, reason = place_of_run(
            output, elsewhere, kept_folders(config), lambda folder: _study(config, record, folder, tracking)
        )
        if reason:
            log.info("%s; the record of this run lies in %s", reason, folder.root)
        record = replace(record, study=study.id)
        mirror = MirrorProcess(folder.root, uri) if uri is not None else None
        handover = Handover(folder.root, enabled=mirror is not None, asked=_asker(mirror), uri=uri)
        witness = Witness(str(project_root()), {})
        notes = journal.open_journal(folder.root)
        expected = expect(output, OmegaConf.select(config, "hydra.sweeper.policy.metrics_file"))
        self._open = _Open(study, record, folder, notes, handover, witness, mirror, expected, time.perf_counter())
        atexit.register(self._left_open)
        witness.open()
        handover.open()

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **_: Any) -> None:
        """Write the record, then let the mirror write its run."""
        if self._open is None:
            return
        if job_return.status == JobStatus.COMPLETED:
            metrics, failure = measured(
                job_return._return_value,  # noqa: SLF001 - untouched, also when it failed
                task_part(config),
                expected=self._open.expected,
                logged=self._open.handover.logged,
            )
        else:
            error = job_return._return_value  # noqa: SLF001 - the public property raises
            text = "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else ""
            metrics, failure = {}, Failure(type(error).__name__, str(error), text)
        self._close(metrics, failure)

    def _left_open(self) -> None:
        """The process ends in the middle of the task: `sys.exit`, Ctrl-C."""
        if self._open is not None:
            self._close({}, Failure("Exit", "the process ended before the task returned"))

    def _close(self, metrics: dict[str, float], failure: Failure | None) -> None:
        assert self._open is not None
        run, self._open = self._open, None
        run.handover.close()
        run.witness.close()
        journal.close_journal()
        run.notes.show()
        run.folder.write_study(run.study, apart=True)  # the task may have emptied its folder
        run.folder.write_record(
            replace(
                run.record,
                status="failed" if failure else "finished",
                metrics=metrics,
                failure=failure,
                ended=now(),
                seconds=time.perf_counter() - run.clock,
                phases=dict(run.notes.phases),
                data=dict(run.notes.data),
                data_files=run.witness.from_root(run.notes.data_files),
                **run.witness.testimony(),
                predictions=run.notes.predictions_file,
                curves=run.notes.curves_file,
                sizes=dict(run.notes.sizes),
                outputs=run.notes.outputs,
            )
        )
        shown = ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        if failure is not None:
            log.warning("failed: %s", fitting(failure.message))
        else:
            log.info("%s", fitting(shown))
        if run.mirror is not None:
            run.mirror.recorded(0)
            _tell(run.mirror.finish(), run.folder.root)


def _asker(mirror: MirrorProcess | None) -> Callable[[], None]:
    return (lambda: mirror.run_wanted(0)) if mirror is not None else (lambda: None)


def _record(config: DictConfig) -> Record:
    """The run's record as it is before the task, of no study yet."""
    task = task_part(config)
    plain = container(task)
    seed_key = _seed_key(config)
    seed = OmegaConf.select(task, seed_key, throw_on_missing=False)
    overrides: Any = OmegaConf.to_container(config.hydra.overrides.task)
    return Record(
        study="",
        trial=0,
        role="reference",
        axis=None,
        value=None,
        deviation=None,
        seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
        folder=".",
        status="failed",
        overrides=tuple(overrides or ()),
        digest=digest(plain, without=split_key(seed_key)),
        fingerprint=digest(plain),
        config=resolved(task),
        started=now(),
    )


def _study(config: DictConfig, record: Record, folder: StudyFolder, tracking: Tracking) -> Study:
    """The study that such a run is: its one trial, and nothing to compare it with."""
    trial = Trial(0, None, None, None, record.seed, record.overrides, record.digest, record.folder)
    seeds = (record.seed,)
    plan = Plan(None, record.overrides, (), (trial,), _seed_key(config), seeds, seeds, shifted=record.overrides)
    return Study(
        id=secrets.token_hex(8),
        name=f"{config.hydra.job.name} {folder.root.name}",
        created=record.started,
        app=tuple(entry_point()),
        arguments=typed_arguments(),
        cwd=str(config.hydra.runtime.cwd),
        plan=plan,
        policy=Policy(),
        tracking=tracking,
    )


def _seed_key(config: DictConfig) -> str:
    return str(OmegaConf.select(config, "hydra.sweeper.seed_key") or "seed")


def _tracking(config: DictConfig) -> tuple[Tracking, str | None]:
    """Where the run is mirrored, and the address as it was given; a store that is gone costs only the mirror."""
    setting = OmegaConf.select(config, "hydra.sweeper.tracking", default=AUTO)
    experiment = OmegaConf.select(config, "hydra.sweeper.experiment")
    cwd = Path(config.hydra.runtime.cwd)
    tracking = choose_store(setting, experiment, str(config.hydra.job.name), cwd)
    if not tracking.live or tracking.uri is None:
        return tracking, None
    shown = replace(tracking, uri=masked_addresses(tracking.uri))
    try:
        reach(tracking.uri)
    except OneAxisError as error:
        log.warning("%s", fitting(str(error)))
        return shown, None
    return shown, tracking.uri


def _tell(mirrored: Mirrored, folder: Path) -> None:
    if mirrored.error is not None:
        log.warning("%s", fitting(f"MLflow: {mirrored.error}; to write it later: oneaxis sync {folder}"))
