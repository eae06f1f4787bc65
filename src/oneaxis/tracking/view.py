"""A saved view of a study in MLflow's pages: flat, sorted by difference, with the columns that count.

The format is MLflow's own business and may change with any release; where it isn't known to fit, there is no view,
and the plain link does.
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from oneaxis.analysis.result import Comparison
from oneaxis.tracking.names import NAMES, Names

TAG = "mlflow.sharedViewState."
SEEN = ((3, 15), (3, 18))  # from the release that brought saved views to the first that nobody has looked at
LONGEST_TAG = 20_000
FEWEST = ("oneaxis.verdict", "oneaxis.axis", "oneaxis.value")


def save_view(
    client: MlflowClient, experiment: str, parent: str, name: str, comparison: Comparison, *, names: Names = NAMES
) -> str | None:
    """Keep the view as a tag of the experiment; its key for the address, None where it can't be had."""
    if comparison.metric is None or comparison.reference is None or not fits(mlflow.__version__):
        return None
    key = parent[:32]
    shown = packed(state(parent, comparison, names))
    content = json.dumps({"name": name, "createdAt": int(time.time() * 1000), "state": shown})
    if len(content) > LONGEST_TAG:
        return None
    try:
        client.set_experiment_tag(experiment, f"{TAG}{key}", content)
    except MlflowException:
        return None
    return key


def fits(version: str) -> bool:
    """Whether this release of MLflow is one whose format was seen."""
    parts = version.split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts[:2]):  # noqa: PLR2004 - major and minor
        return False
    return SEEN[0] <= (int(parts[0]), int(parts[1])) < SEEN[1]


def state(parent: str, comparison: Comparison, names: Names = NAMES) -> dict[str, Any]:
    """What the page is to show. A metric to sort by makes the list flat; the reference has no difference: last."""
    keys = (names.own(f"delta.{comparison.metric}"), names.task(comparison.metric or ""), names.own("seconds"))
    columns = [f"metrics.`{key}`" for key in keys]
    return {
        "searchFilter": f"tags.`mlflow.parentRunId` = '{parent}'",
        "orderByKey": columns[0],
        "orderByAsc": comparison.direction == "minimize",
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": [*(f"tags.`{tag}`" for tag in FEWEST), *columns],
    }


def packed(content: dict[str, Any]) -> str:
    return "deflate;" + base64.b64encode(zlib.compress(json.dumps(content).encode())).decode()
