"""End the runs that nobody works at any more: a process that dies leaves them RUNNING for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from oneaxis.vocabulary import Study

PARENT = "mlflow.parentRunId"
PAGE = 1000

Ending = tuple[str, int | None]  # status, and when


class LeftOpen:
    """Runs of a study's trials in one experiment, beside those that the mirror itself writes."""

    def __init__(self, client: MlflowClient, experiment: str, study: Study) -> None:
        self._client = client
        self._experiment = experiment
        self._study = study

    def discard(self, run: str) -> None:
        """Put an attempt that counts no more into MLflow's trash, with the runs that its task made under it."""
        for child in list(self._search(f"tags.`{PARENT}` = '{run}'")):
            if child.info.run_id != run:  # a tag can say anything
                self.discard(child.info.run_id)
        if self._client.get_run(run).info.status == "RUNNING":
            self._client.set_terminated(run, "KILLED")
        self._client.delete_run(run)

    def end(self, endings: Mapping[int, Ending], *, ended: int | None) -> None:
        """End what runs on under a trial as the trial ended (`endings`, by trial), and what no attempt holds as KILLED.

        `ended` is when the study ended.
        """
        parents: dict[str, Any] = {}
        for run in list(self._search("attributes.status = 'RUNNING'")):
            holder = self._holder(run, parents)
            if holder is None:
                continue
            status, when = ("KILLED", ended) if holder is run else endings.get(_trial(holder), ("KILLED", ended))
            self._client.set_terminated(run.info.run_id, status, when)

    def _holder(self, run: Any, parents: dict[str, Any]) -> Any:
        """The run of one of this study's trials that a run is, or lies under."""
        seen: set[str] = set()
        while run is not None and run.info.run_id not in seen:
            seen.add(run.info.run_id)
            tags = run.data.tags
            if tags.get("oneaxis.study") == self._study.id:
                return run if "oneaxis.trial" in tags else None
            above = tags.get(PARENT)
            if above is None:
                return None
            if above not in parents:
                try:
                    parents[above] = self._client.get_run(above)
                except MlflowException:  # gone for good, or of another store
                    parents[above] = None
            run = parents[above]
        return None

    def _search(self, condition: str) -> Iterator[Any]:
        token: str | None = None
        while True:
            page = self._client.search_runs([self._experiment], condition, max_results=PAGE, page_token=token)
            yield from page
            token = page.token
            if not token:
                return


def _trial(run: Any) -> int:
    return int(run.data.tags["oneaxis.trial"])
