"""Write metrics, parameters and tags into a run in as few requests as MLflow takes, however often it is done."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

METRICS = 1000  # in one request, MLflow's limit
PARAMS = 100
LARGEST = 1.7976931348623157e308  # what MLflow keeps in an infinity's place

Point = tuple[str, int, int, bool, float]


def write_batch(
    client: MlflowClient,
    run: str,
    metrics: Iterable[Metric] = (),
    params: Sequence[Param] = (),
    tags: Sequence[RunTag] = (),
    *,
    progressed: Callable[[int], None],
) -> None:
    """Write what a run lacks of these. `progressed` is told after each request.

    Raises
    ------
    mlflow.exceptions.MlflowException
        If the store doesn't take it.
    """
    left = list({_point(metric): metric for metric in metrics}.values())
    for number in range(max(math.ceil(len(left) / METRICS), math.ceil(len(params) / PARAMS), 1)):
        part, texts = left[METRICS * number :][:METRICS], params[PARAMS * number :][:PARAMS]
        named = () if number else tags
        try:
            client.log_batch(run, part, texts, named)
        except MlflowException:
            # Before 3.16, MLflow takes no NaN that it has already: to it, they don't equal each other.
            lacking = _lacking(client, run, part)
            if len(lacking) == len(part):
                raise
            client.log_batch(run, lacking, texts, named)
        progressed(0)


def _lacking(client: MlflowClient, run: str, metrics: Sequence[Metric]) -> list[Metric]:
    """Metrics without the NaN that the run has."""
    names = {metric.key for metric in metrics if math.isnan(metric.value)}
    there = {_point(metric) for name in names for metric in client.get_metric_history(run, name)}
    return [metric for metric in metrics if not (math.isnan(metric.value) and _point(metric) in there)]


def _point(metric: Metric) -> Point:
    """What makes a metric the same to MLflow's database."""
    nan = math.isnan(metric.value)
    return metric.key, metric.timestamp, metric.step, nan, 0.0 if nan else max(-LARGEST, min(LARGEST, metric.value))
