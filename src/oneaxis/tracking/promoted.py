"""Mark a promotion in MLflow: on the runs that chose it and on those that confirmed it."""

from __future__ import annotations

from collections.abc import Collection

from oneaxis.masking import MASK, masked_addresses
from oneaxis.tracking.store import sqlite_path
from oneaxis.vocabulary import Study

TAG = "oneaxis.promoted"


def tag_promoted(study: Study, names: Collection[str | None], child: str) -> str | None:
    """Tag a study's run, and its trials of the promoted deviations, with the new reference's digest.

    Gives the reason where it can't; None where all is tagged, or nothing is mirrored.
    """
    uri = study.tracking.uri
    if uri is None or not study.tracking.live:
        return None
    if MASK in uri:
        return f"the store's password isn't kept; set MLFLOW_TRACKING_URI and tag {study.name} by hand"
    store = sqlite_path(uri)
    if store is not None and not store.exists():
        return f"there is no {store}"  # the project was moved, say; MLflow would make a new one there
    from mlflow import MlflowClient  # noqa: PLC0415 - it takes seconds to load
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - as above

    client = MlflowClient(tracking_uri=uri)
    try:
        experiment = client.get_experiment_by_name(study.tracking.experiment)
        if experiment is None:
            return f"there is no experiment {study.tracking.experiment}"
        token: str | None = None
        while True:
            page = client.search_runs(
                [experiment.experiment_id], f"tags.`oneaxis.study` = '{study.id}'", page_token=token
            )
            for run in page:
                deviation = run.data.tags.get("oneaxis.deviation")
                is_parent = "mlflow.parentRunId" not in run.data.tags
                if is_parent or (deviation is not None and deviation in names):
                    client.set_tag(run.info.run_id, TAG, child)
            token = page.token
            if not token:
                return None
    except (MlflowException, OSError) as error:
        return masked_addresses(str(error).splitlines()[0])
