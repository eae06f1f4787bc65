"""Write a study into MLflow: one parent run, a child run a trial, each in one batch.

The study's folder is the truth; writing the same trial again changes nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag
from mlflow.exceptions import MlflowException

from oneaxis.analysis.comparison import compare
from oneaxis.masking import has_mask
from oneaxis.study.folder import StudyFolder
from oneaxis.tracking.artifacts import gone, lost
from oneaxis.tracking.batches import write_batch
from oneaxis.tracking.left_open import LeftOpen
from oneaxis.tracking.names import EARLIER, NAMES
from oneaxis.tracking.rows import curve, curve_started, metrics, millis, params, point_metrics
from oneaxis.tracking.schema import prepare_store
from oneaxis.tracking.tags import STARTED, left_out, note, source_tags, study_tags, trial_tags
from oneaxis.tracking.view import save_view
from oneaxis.tracking.written import Answers, mark_of
from oneaxis.trial.codec import record_file
from oneaxis.trial.own import PREDICTIONS_FILE, result
from oneaxis.vocabulary import Record, Study, Trial

NAMED = "oneaxis.names"  # the tag of runs whose metrics of ours begin with `oneaxis.`
TAKEN = "oneaxis.left_out"
REPORT = ("report.html", "comparison.json", "table.md", "table.tex", "table.csv")
STATUS = {"finished": "FINISHED", "failed": "FAILED", "refused": "FAILED"}


class Mirror:
    """One study's runs in one store."""

    def __init__(
        self,
        study: Study,
        folder: StudyFolder,
        uri: str,
        *,
        again: bool = False,
        progressed: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Reach the store, make it if it is new, and open the study's parent run.

        `again`: what was written before is written once more, wherever the store lost it. `progressed` is told when
        a part is written, with how many bytes are uploaded next.

        Raises
        ------
        mlflow.exceptions.MlflowException
            If the store can't be reached.
        """
        prepare_store(uri)
        self._study = study
        self._folder = folder
        self._uri = uri
        self._again = again
        self._progressed = progressed
        self._client = MlflowClient(tracking_uri=uri)
        self.experiment = self._experiment(study.tracking.experiment)
        self._answers = Answers(study, folder, uri, self.experiment)
        self._left_open = LeftOpen(self._client, self.experiment, study)
        self._without_artifacts = gone(str(self._client.get_experiment(self.experiment).artifact_location))
        self._followed: dict[int, int] = {}  # points of a running trial's curve that are written, by trial
        self._new = False  # whether this store had nothing of this study before
        self._taken: dict[int, frozenset[str]] = {}  # names of ours that a task gave to metrics itself, by trial
        self.view: str | None = None  # the key of the study's saved view
        top = "`oneaxis.trial` = '0'" if study.single else "`oneaxis.role` = 'study'"
        known = self._search(f"tags.`oneaxis.study` = '{study.id}' and tags.{top}")
        self._names = NAMES if known is None or NAMED in known.data.tags else EARLIER
        self.parent = None if study.single else self._open_parent(known)

    @property
    def remark(self) -> str:
        """Why something isn't written, where it isn't; empty else."""
        said = (
            lost(self._without_artifacts, self._uri, self._study.tracking.experiment),
            left_out(self._study, self._taken),
        )
        return "; ".join(filter(None, said))

    def give_run(self, trial: Trial, record: Record | None = None, *, attempt: bool = False) -> str:
        """The trial's run, made if there is none yet; its id is left in the job folder.

        For a new `attempt` the run of an earlier one, with what its task logged, goes to MLflow's trash. One that was
        made for this attempt's own curve is the attempt's.
        """
        run = self._known(trial)
        if run is not None and attempt:
            if self._client.get_run(run).info.start_time == curve_started(self._folder.job(trial.folder)):
                self._answers.leave(trial, run)
            else:
                self._left_open.discard(run)
                self._followed.pop(trial.index, None)
                run = None
        if run is None:
            run = self._create(trial, record)
            self._progressed(0)
            self._answers.leave(trial, run)
        return run

    def follow(self, trial: Trial) -> None:
        """Write what a running trial's curve has so far."""
        job = self._folder.job(trial.folder)
        points = list(curve(job))
        written = self._followed.get(trial.index, 0)
        new = points[written if written <= len(points) else 0 :]  # a trial that was started anew has a new curve
        if new:
            measured = [metric for point in new for metric in point_metrics(point, 0, self._names)]
            self._batch(self.give_run(trial), measured, [], [])
        self._followed[trial.index] = len(points)

    def write(self, trial: Trial, record: Record) -> None:
        """Write a trial's parameters, metrics, curves, tags and configuration, and end its run."""
        known = self._answers.left(trial)
        mark = f"{record.started} {record.ended}"
        if known and self._answers.is_mine(known) and known.get("written") == mark and not self._again:
            return
        run = None if self._new and not known else self._known(trial)
        theirs: set[str] = set()
        taken: frozenset[str] = frozenset()
        if run is not None:
            earlier = self._client.get_run(run).data
            theirs = set(earlier.params)
            taken = self._names.taken(earlier.metrics) if STARTED not in earlier.tags else taken
            taken = taken.union(filter(None, earlier.tags.get(TAKEN, "").split(", ")))
            if earlier.tags.get(STARTED, record.started) != record.started:
                self._left_open.discard(run)  # of an attempt that failed; all of it is on disk
                run, theirs, taken = None, set(), frozenset()
        tags = [RunTag(key, value) for key, value in trial_tags(self._study, trial, record).items()]
        tags += [RunTag(TAKEN, ", ".join(sorted(taken)))] if taken else []
        self._taken[trial.index] = taken
        if run is None:
            run, tags = self._create(trial, record), []  # it has them already, and MLflow looks each one up
        self._answers.leave(trial, run)
        ours = [Param(key, value) for key, value in params(record.config) if key not in theirs]
        followed = self._followed.pop(trial.index, 0)
        measured = metrics(record, self._folder.job(trial.folder), self._names, written=followed)
        self._batch(run, [each for each in measured if each.key not in taken], ours, tags)
        self._artifacts(run, trial, record)
        self._client.set_terminated(run, STATUS[record.status], millis(record.ended))
        self._answers.leave(trial, run, written=mark)

    def finish(self, records: Mapping[int, Record], *, whole: bool = True) -> None:
        """Write differences, missing trials and the note, and end the parent run and all that still runs under it.

        `whole`: nothing that is on disk lacks.
        """
        comparison = compare(self._study.plan, records, self._study.policy)
        trials = {trial.index: trial for trial in self._study.plan.trials}
        ended = max((millis(record.ended) for record in records.values()), default=None)
        verdicts = {row.name: row.verdict for row in comparison.rows}
        for index, record in records.items():
            trial = trials[index]
            verdict = verdicts.get(trial.deviation or "")
            deltas = comparison.pair_deltas.get(index, {})
            named = {self._names.own(f"delta.{name}"): value for name, value in deltas.items()}
            taken = self._taken.get(index, frozenset())
            found = [Metric(key, value, millis(record.ended), 0) for key, value in named.items() if key not in taken]
            if found or verdict is not None:
                tags = [] if verdict is None else [RunTag("oneaxis.verdict", verdict)]
                self._batch(self._answers.run_of(trial) or self.give_run(trial), found, [], tags)
        for trial, left in comparison.unusable:
            if left is None:
                run = self.give_run(trial)
                self._client.set_tag(run, "oneaxis.status", "missing")
                self._client.set_terminated(run, "KILLED", ended)
                self._progressed(0)
        self._left_open.end(
            {index: (STATUS[record.status], millis(record.ended)) for index, record in records.items()}, ended=ended
        )
        if self.parent is None:
            return
        for name in REPORT if self._without_artifacts is None else ():
            if (self._folder.own / name).exists():
                self._upload(self.parent, self._folder.own / name)
        self._client.set_tag(self.parent, "mlflow.note.content", note(self._study, comparison))
        lacks = any(record is None for _, record in comparison.unusable)
        status = "KILLED" if lacks else "FAILED" if comparison.unusable else "FINISHED"
        self._client.set_terminated(self.parent, status, ended)
        self.view = save_view(
            self._client, self.experiment, self.parent, self._study.name, comparison, names=self._names
        )
        self._answers.leave_parent(self.parent, written=mark_of(records) if whole else None, view=self.view)

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

    def _open_parent(self, known: Run | None) -> str:
        if known is not None:
            parent = str(known.info.run_id)
            if not self._again:
                self._client.update_run(parent, status="RUNNING")
            self._answers.leave_parent(parent)
            return parent
        self._new = True
        created = self._client.create_run(
            self.experiment,
            start_time=millis(self._study.created),
            run_name=self._study.name,
            tags={NAMED: NAMES.ours, **source_tags(self._study), **study_tags(self._study, self._folder.root)},
        )
        self._answers.leave_parent(str(created.info.run_id))
        return str(created.info.run_id)

    def _known(self, trial: Trial) -> str | None:
        """The trial's run of an earlier write, if the store still has it."""
        told = self._answers.run_of(trial)
        if told is not None:
            with contextlib.suppress(MlflowException):
                if self._client.get_run(told).info.lifecycle_stage == "active":
                    return told
        found = self._search(f"tags.`oneaxis.study` = '{self._study.id}' and tags.`oneaxis.trial` = '{trial.index}'")
        return None if found is None else str(found.info.run_id)

    def _create(self, trial: Trial, record: Record | None) -> str:
        tags = {**source_tags(self._study), **trial_tags(self._study, trial, record)}
        if self.parent is not None:
            tags["mlflow.parentRunId"] = self.parent
        elif self._names is NAMES:
            tags[NAMED] = NAMES.ours
        created = self._client.create_run(
            self.experiment,
            start_time=millis(record.started) if record else curve_started(self._folder.job(trial.folder)),
            run_name=tags["mlflow.runName"],
            tags=tags,
        )
        return str(created.info.run_id)

    def _artifacts(self, run: str, trial: Trial, record: Record) -> None:
        if self._without_artifacts is not None:
            return
        job = self._folder.job(trial.folder)
        config = job / ".hydra" / "config.yaml"
        whole = config.exists() and not has_mask(record.config)
        if not whole:
            # The app names its job folders or writes no `.hydra`, the job had no shared disk, or Hydra's file holds
            # a secret that the record masks.
            self._client.log_dict(run, dict(record.config), "config.yaml")
        for path in (config, record_file(job), result(job, record.predictions, PREDICTIONS_FILE)):
            if path is not None and path.exists() and (whole or path != config):
                self._upload(run, path)
        if (job / "artifacts").is_dir():
            self._progressed(sum(path.stat().st_size for path in (job / "artifacts").rglob("*") if path.is_file()))
            self._client.log_artifacts(run, str(job / "artifacts"))
            self._progressed(0)

    def _upload(self, run: str, path: Path) -> None:
        self._progressed(path.stat().st_size)
        self._client.log_artifact(run, str(path))
        self._progressed(0)

    def _batch(self, run: str, metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]) -> None:
        write_batch(self._client, run, metrics, params, tags, progressed=self._progressed)

    def _search(self, condition: str) -> Run | None:
        return next(iter(self._client.search_runs([self.experiment], condition, max_results=1)), None)
