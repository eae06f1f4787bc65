"""Read the runs of any MLflow experiment, whoever made them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mlflow import MlflowClient

from oneaxis.errors import BadRecord
from oneaxis.tracking.names import NAMES
from oneaxis.tracking.trouble import in_our_words

PAGE = 1000

Run = tuple[Mapping[str, str], Mapping[str, float], bool]


@in_our_words()
def experiment_runs(name: str, uri: str | None) -> list[Run]:
    """Each run's parameters, finite metrics but for ours, and whether it finished, oldest first; no parents of others.

    Raises
    ------
    BadRecord
        If there is no such experiment.
    StoreUnreachable
        If the server turns us away.
    """
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        known = ", ".join(found.name for found in client.search_experiments())
        raise BadRecord(f"the store has no experiment {name!r}; it has {known}")
    found: list[Any] = []
    token = None
    while True:
        page = client.search_runs(
            [experiment.experiment_id], max_results=PAGE, order_by=["attributes.start_time ASC"], page_token=token
        )
        found.extend(page)
        token = page.token
        if not token:
            break
    parents = {run.data.tags.get("mlflow.parentRunId") for run in found}
    measured = ((run, _measured(run)) for run in found if run.info.run_id not in parents)
    return [
        (dict(run.data.params), metrics, run.info.status == "FINISHED" and bool(metrics)) for run, metrics in measured
    ]


def _measured(run: Any) -> Mapping[str, float]:
    return {
        key: value for key, value in run.data.metrics.items() if math.isfinite(value) and not key.startswith(NAMES.ours)
    }
