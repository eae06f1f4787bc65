"""Write a study into MLflow: one parent run, a child run a trial, each in one batch.

The study's folder is the truth; writing the same trial again changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from oneaxis.analysis.comparison import compare
from oneaxis.analysis.result import Comparison
from oneaxis.report.markup import markdown
from oneaxis.report.table import tabulate
from oneaxis.study.folder import StudyFolder
from oneaxis.study.progress import failure_line
from oneaxis.tracking.names import to_key
from oneaxis.tracking.rows import LONGEST_VALUE, metrics, millis, params
from oneaxis.tracking.schema import prepare_store
from oneaxis.tracking.store import masked
from oneaxis.trial.codec import write_json
from oneaxis.trial.handover import ANSWER_FILE
from oneaxis.vocabulary import Record, Study, Trial

METRICS_A_BATCH = 1000
PARAMS_A_BATCH = 100
BLACK = "#000000"
STATUS = {"finished": "FINISHED", "failed": "FAILED", "refused": "FAILED"}


class Mirror:
    """One study's runs in one store."""

    def __init__(self, study: Study, folder: StudyFolder, uri: str) -> None:
        """Reach the store, make it if it is new, and open the study's parent run.

        Raises
        ------
        mlflow.exceptions.MlflowException
            If the store can't be reached.
        """
        prepare_store(uri)
        self._study = study
        self._folder = folder
        self._uri = uri
        self._client = MlflowClient(tracking_uri=uri)
        self.experiment = self._experiment(study.tracking.experiment)
        self._new = False  # whether this store had nothing of this study before
        self.parent = None if study.single else self._open_parent()

    def give_run(self, trial: Trial, record: Record | None = None) -> str:
        """The trial's run, made if there is none yet; its id is left in the job folder."""
        known = _answer(self._folder.job(trial.folder))
        if known and known.get("study") == self._study.id and known.get("uri") == masked(self._uri):
            return str(known["run"])
        found = self._search(f"tags.`oneaxis.study` = '{self._study.id}' and tags.`oneaxis.trial` = '{trial.index}'")
        run = found or self._create(trial, record)
        self._leave_answer(trial, run)
        return run

    def write(self, trial: Trial, record: Record) -> None:
        """Write a trial's parameters, metrics, curves, tags and configuration, and end its run."""
        known = _answer(self._folder.job(trial.folder))
        fresh = self._new and not known
        run = self._create(trial, record) if fresh else self.give_run(trial, record)
        if fresh:
            self._leave_answer(trial, run)
        theirs = set() if fresh else set(self._client.get_run(run).data.params)
        ours = [Param(key, value) for key, value in params(record.config) if key not in theirs]
        measured = list(metrics(record, self._folder.job(trial.folder)))
        tags = [RunTag(key, value) for key, value in self._tags(trial, record).items()]
        self._batch(run, measured, ours, tags)
        self._artifacts(run, trial, record)
        self._client.set_terminated(run, STATUS[record.status], millis(record.ended))

    def finish(self, records: Mapping[int, Record]) -> None:
        """Write differences, missing trials and the note, and end the parent run."""
        comparison = compare(self._study.plan, records, self._study.policy)
        trials = {trial.index: trial for trial in self._study.plan.trials}
        ended = max((millis(record.ended) for record in records.values()), default=None)
        for index, deltas in comparison.pair_deltas.items():
            found = [
                Metric(to_key(f"delta.{name}"), value, millis(records[index].ended), 0)
                for name, value in deltas.items()
            ]
            self._batch(self.give_run(trials[index]), found, [], [])
        for trial, record in comparison.unusable:
            if record is None:
                run = self.give_run(trial)
                self._client.set_tag(run, "oneaxis.status", "missing")
                self._client.set_terminated(run, "KILLED", ended)
        if self.parent is None:
            return
        self._client.set_tag(self.parent, "mlflow.note.content", _note(self._study, comparison))
        self._client.set_terminated(self.parent, "FAILED" if comparison.unusable else "FINISHED", ended)

    # -- one run -------------------------------------------------------------------------------------

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            if found.lifecycle_stage == "deleted":
                self._client.restore_experiment(found.experiment_id)
            return str(found.experiment_id)
        try:
            return str(self._client.create_experiment(name))
        except MlflowException:
            # Another study made it in the meantime.
            found = self._client.get_experiment_by_name(name)
            if found is None:
                raise
            return str(found.experiment_id)

    def _open_parent(self) -> str:
        known = self._search(f"tags.`oneaxis.study` = '{self._study.id}' and tags.`oneaxis.role` = 'study'")
        if known:
            return known
        self._new = True
        created = self._client.create_run(
            self.experiment,
            start_time=millis(self._study.created),
            run_name=self._study.name,
            tags={
                "oneaxis.study": self._study.id,
                "oneaxis.role": "study",
                "oneaxis.folder": str(self._folder.root),
                "mlflow.source.name": _command(self._study),
                "mlflow.source.type": "LOCAL",
                "mlflow.note.content": f"{len(self._study.plan.trials)} trials; running.",
            },
        )
        write_json(
            {"schema": 1, "experiment": self.experiment, "run": created.info.run_id, "uri": masked(self._uri)},
            self._folder.root / ANSWER_FILE,
        )
        return str(created.info.run_id)

    def _create(self, trial: Trial, record: Record | None) -> str:
        tags = {"mlflow.source.type": "LOCAL", "mlflow.source.name": _command(self._study), **self._tags(trial, record)}
        if self.parent is not None:
            tags["mlflow.parentRunId"] = self.parent
        created = self._client.create_run(
            self.experiment,
            start_time=millis(record.started) if record else None,
            run_name=tags["mlflow.runName"],
            tags=tags,
        )
        return str(created.info.run_id)

    def _tags(self, trial: Trial, record: Record | None) -> dict[str, str]:
        tags = {
            "mlflow.runName": trial.label(several_seeds=self._study.several_seeds),
            "oneaxis.study": self._study.id,
            "oneaxis.trial": str(trial.index),
            "oneaxis.role": trial.role,
        }
        if trial.deviation is None:
            tags["mlflow.runColor"] = BLACK
        else:
            tags |= {
                "oneaxis.axis": str(trial.axis),
                "oneaxis.value": str(trial.value),
                "oneaxis.deviation": trial.deviation,
            }
        if trial.seed is not None:
            tags["oneaxis.seed"] = str(trial.seed)
        if record is not None:
            tags |= {"oneaxis.fingerprint": record.fingerprint, "oneaxis.status": record.status}
            if record.failure is not None:
                tags["oneaxis.failure"] = f"{record.failure.kind}: {record.failure.message}"[:LONGEST_VALUE]
        return tags

    def _artifacts(self, run: str, trial: Trial, record: Record) -> None:
        job = self._folder.job(trial.folder)
        if not (job / ".hydra" / "config.yaml").exists():
            # The app names its job folders or writes no `.hydra`, or the job had no shared disk.
            self._client.log_dict(run, dict(record.config), "config.yaml")
        for path in (job / ".hydra" / "config.yaml", job / "record.json", job / "predictions.npz"):
            if path.exists():
                self._client.log_artifact(run, str(path))
        if (job / "artifacts").is_dir():
            self._client.log_artifacts(run, str(job / "artifacts"))

    def _batch(self, run: str, metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]) -> None:
        self._client.log_batch(run, metrics[:METRICS_A_BATCH], params[:PARAMS_A_BATCH], tags)
        for start in range(METRICS_A_BATCH, len(metrics), METRICS_A_BATCH):
            self._client.log_batch(run, metrics=metrics[start : start + METRICS_A_BATCH])
        for start in range(PARAMS_A_BATCH, len(params), PARAMS_A_BATCH):
            self._client.log_batch(run, params=params[start : start + PARAMS_A_BATCH])

    def _search(self, condition: str) -> str | None:
        found = self._client.search_runs([self.experiment], condition, max_results=1)
        return str(found[0].info.run_id) if found else None

    def _leave_answer(self, trial: Trial, run: str) -> None:
        job = self._folder.job(trial.folder)
        job.mkdir(parents=True, exist_ok=True)
        answer = {
            "schema": 1,
            "study": self._study.id,
            "experiment": self.experiment,
            "run": run,
            "uri": masked(self._uri),
        }
        write_json(answer, job / ANSWER_FILE)


def _answer(job: Path) -> dict[str, Any] | None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return dict(json.loads((job / ANSWER_FILE).read_text(encoding="utf-8")))
    return None


def _note(study: Study, comparison: Comparison) -> str:
    count = len(study.plan.trials)
    lines = [markdown(tabulate(comparison)), "", f"{count - len(comparison.unusable)} of {count} trials finished."]
    several = study.several_seeds
    lines.extend(
        f"- {failure_line(trial, record, several_seeds=several)}"
        if record
        else f"- missing: {trial.label(several_seeds=several)}: it left no record"
        for trial, record in comparison.unusable
    )
    return "\n".join(lines)


def _command(study: Study) -> str:
    return shlex.join(["python", *study.app, *study.arguments])
