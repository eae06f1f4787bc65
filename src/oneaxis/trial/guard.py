"""The guard around a study's task: checks the configuration, runs the task, leaves the record."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from oneaxis.canonical import digest, keyed
from oneaxis.errors import TrialFailed, TrialRefused, TrialTaken
from oneaxis.masking import marked_pointers
from oneaxis.trial import journal
from oneaxis.trial.codec import jsonable, write_record
from oneaxis.trial.handover import Handover
from oneaxis.trial.outcome import expect, measured
from oneaxis.trial.ranks import InsideTrial, marked
from oneaxis.trial.running import Hold
from oneaxis.trial.witness import Witness
from oneaxis.vocabulary import Failure, Record, Status, split_key

Task = Callable[[Any], Any]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Guard:
    """The task as the launcher gets it.

    Runs wherever the launcher runs jobs. Leaves `record.json` and `curves.jsonl` in the job folder. The
    task's return value is passed on untouched. Without `compared` a task needs no metric. `home` is the
    study's folder where Hydra's job folders lie elsewhere, `root` the project's; `main` is the main script's file and
    digest as the sweeping process loaded it. `limit` ends the process of a job that takes longer (seconds), for
    launchers that give each job a process and no time limit of ours. `typed` are the overrides of the whole study.
    `shared`: the process runs other trials afterwards, which must find its folder and variables as this one did.
    """

    task: Task
    study: str
    tracked: bool
    compared: bool = True
    home: str | None = None
    root: str = ""
    main: Mapping[str, str] = field(default_factory=dict)
    limit: float | None = None
    typed: tuple[str, ...] = ()
    shared: bool = True

    def __call__(self, cfg: DictConfig) -> Any:
        """Run the task.

        Raises
        ------
        TrialRefused
            If `cfg` isn't the configuration that was proved.
        TrialTaken
            If another process works at this trial; it then leaves the record.
        TrialFailed
            If the task calls `sys.exit`; whatever else it raises passes through.
        """
        hydra: Any = HydraConfig.get()
        ticket = hydra.sweeper.job
        folder = _home(hydra, self.home)
        started = now()
        record = Record(
            study=self.study,
            trial=int(ticket.trial),
            role=str(ticket.role),
            axis=ticket.axis,
            value=ticket.value,
            deviation=ticket.deviation,
            seed=ticket.seed,
            folder=str(ticket.folder),
            status="failed",
            overrides=tuple(hydra.overrides.task),
            digest=str(ticket.digest),
            fingerprint=digest(container(cfg)),
            config=resolved(cfg),
            started=started,
        )
        with Hold(folder, self.study, limit=self.limit) as hold:
            refusal = _refusal(cfg, record, str(hydra.sweeper.seed_key))
            if refusal is not None:
                _leave(replace(record, status="refused", failure=refusal, ended=now()), folder, hold)
                raise TrialRefused(refusal.message)
            witness = Witness(self.root or str(hydra.runtime.cwd), self.main)
            output = Path(hydra.runtime.output_dir)
            with marked(InsideTrial(record.overrides, self.typed, str(output)), put_back=self.shared):
                return run_and_record(
                    self.task,
                    cfg,
                    record,
                    folder,
                    witness,
                    hold=hold,
                    tracked=self.tracked,
                    compared=self.compared,
                    output=output,
                    metrics_file=hydra.sweeper.policy.metrics_file,
                )


def run_and_record(
    task: Task,
    cfg: DictConfig,
    record: Record,
    folder: Path,
    witness: Witness,
    *,
    hold: Hold,
    tracked: bool,
    compared: bool = True,
    output: Path | None = None,
    metrics_file: str | None = None,
) -> Any:
    """Run a task and write its record, however it ends.

    Where nothing will be compared (`hydra.sweeper.reference=false`), a task needs no metric. `output` is Hydra's job
    folder, where `metrics_file` is looked for.
    """
    clock = time.perf_counter()
    notes = journal.open_journal(folder)

    def leave(status: Status, metrics: Mapping[str, float], failure: Failure | None) -> None:
        if hold.still():
            notes.show()
        _leave(
            replace(
                record,
                status=status,
                metrics=dict(metrics),
                failure=failure,
                ended=now(),
                seconds=time.perf_counter() - clock,
                phases=dict(notes.phases),
                data=dict(notes.data),
                data_files=witness.from_root(notes.data_files),
                **witness.testimony(),
                predictions=notes.predictions_file,
                curves=notes.curves_file,
                sizes=dict(notes.sizes),
                outputs=notes.outputs,
            ),
            folder,
            hold,
        )

    try:
        with witness, Handover(folder, enabled=tracked) as handover:
            expected = expect(output or folder, metrics_file)
            returned = task(cfg)
            metrics, failure = measured(returned, cfg, expected=expected, logged=handover.logged)
    except SystemExit as exit_:
        message = f"the task called sys.exit({exit_.code!r})"
        leave("failed", {}, Failure("SystemExit", message, traceback.format_exc()))
        raise TrialFailed(message) from exit_
    except Exception as error:
        leave("failed", {}, Failure(type(error).__name__, str(error), traceback.format_exc()))
        raise
    finally:
        journal.close_journal()
    if not compared:
        failure = None
    leave("failed" if failure else "finished", metrics, failure)
    return returned


def _leave(record: Record, folder: Path, hold: Hold) -> None:
    """Write the record, unless a resumed study gave the trial to another process meanwhile."""
    if hold.forked:
        return  # the record is for the process to leave that the task was called in
    if not hold.still():
        raise TrialTaken(f"{folder}: another process took this trial over; its record counts, not this one's")
    global _unwritten  # noqa: PLW0603 - one trial at a time runs in a process
    _unwritten = None
    try:
        write_record(record, folder)
    except OSError as error:  # a full disk: what the task returned still reaches the study's process
        _unwritten = record
        told = ", ".join(f"{name} {value!r}" for name, value in record.metrics.items()) or record.status
        log.warning("%s: the record can't be written (%s), and holds: %s", folder, error.strerror, told)


_unwritten: Record | None = None


def unwritten() -> Record | None:
    """The record of this process's last trial, where its disk didn't take it."""
    return _unwritten


def container(cfg: DictConfig) -> Mapping[str, Any]:
    """The unresolved container that digests are taken of."""
    plain = OmegaConf.to_container(cfg, resolve=False)
    assert isinstance(plain, dict)
    return dict(keyed(plain))


def resolved(cfg: DictConfig) -> Mapping[str, Any]:
    """The configuration with interpolations resolved, secrets that they gave masked; unresolved where one can't be."""
    written = OmegaConf.to_container(cfg, resolve=False)
    try:
        plain = OmegaConf.to_container(cfg, resolve=True)
    except Exception:  # noqa: BLE001 - a user's resolver may raise anything, and the task may never read it
        plain = written
    return dict(jsonable(marked_pointers(plain, written)))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _home(hydra: DictConfig, study: str | None) -> Path:
    """Where the record belongs: the job's folder, or one of ours beside it where the app names job folders."""
    folder = str(hydra.sweeper.job.folder)
    output = Path(hydra.runtime.output_dir)
    if str(hydra.sweep.subdir) == folder and study is None:
        return output
    home = Path(study or Path(hydra.runtime.cwd) / str(hydra.sweep.dir)) / folder
    home.mkdir(parents=True, exist_ok=True)
    return home


def _refusal(cfg: DictConfig, record: Record, seed_key: str) -> Failure | None:
    """Why this isn't the proved configuration; None if it is."""
    name = record.deviation or "reference"
    found = digest(container(cfg), without=split_key(seed_key))
    if found != record.digest:
        return Failure(
            "NotThePlannedConfig",
            f"{name}: the job's configuration isn't the one that was proved (planned {record.digest[:12]}, "
            f"got {found[:12]}); was a file in the config folder edited during the study? Start the study again",
        )
    seed = OmegaConf.select(cfg, seed_key, throw_on_missing=False)
    if record.seed is not None and seed != record.seed:
        return Failure("NotThePlannedSeed", f"{name}: `{seed_key}` is {seed!r}, and {record.seed} was planned")
    return None
