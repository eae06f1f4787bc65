"""Write a look at data into MLflow: one run with the page, its figures and what was counted."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path

from mlflow import MlflowClient

from oneaxis.tracking.artifacts import gone
from oneaxis.tracking.names import to_key
from oneaxis.tracking.rows import params
from oneaxis.tracking.schema import prepare_store


def write_data_run(
    uri: str,
    experiment: str,
    folder: Path,
    *,
    name: str,
    note: str,
    counts: Mapping[str, float],
    config: Mapping[str, object],
) -> str:
    """Write one run, role `data`; its id.

    Raises
    ------
    mlflow.exceptions.MlflowException
        If the store can't be reached.
    FileNotFoundError
        If the run is written, and its artifacts would lie in a place that is gone.
    """
    prepare_store(uri)
    client = MlflowClient(tracking_uri=uri)
    found = client.get_experiment_by_name(experiment)
    place = found.experiment_id if found is not None else client.create_experiment(experiment)
    tags = {"oneaxis.role": "data", "oneaxis.folder": str(folder), "mlflow.note.content": note}
    run = str(client.create_run(place, run_name=name, tags=tags).info.run_id)
    for key, text in params(config):
        client.log_param(run, key, text)
    for key, value in counts.items():
        client.log_metric(run, to_key(key), value)
    lost = gone(str(client.get_experiment(place).artifact_location))
    if lost is None:
        client.log_artifacts(run, str(folder))
    with contextlib.redirect_stdout(io.StringIO()):  # MLflow prints the run's address, with user and password
        client.set_terminated(run)
    if lost is not None:
        raise FileNotFoundError(f"no artifacts are in MLflow: it has those of {experiment} below {lost}, which is gone")
    return run
