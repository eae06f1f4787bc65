"""Results from elsewhere, compared as a study's are: `oneaxis.compare`."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from oneaxis.analysis.comparison import compare as compare_records
from oneaxis.analysis.loose import as_study, from_columns, from_parameters
from oneaxis.analysis.metrics import Direction
from oneaxis.errors import BadRecord
from oneaxis.loop.legal import one_of
from oneaxis.loop.opened import Verdicts
from oneaxis.loop.settings import margin_of, read_confidence
from oneaxis.vocabulary import Policy

if TYPE_CHECKING:
    import pandas as pd


def compare(
    results: str | os.PathLike[str] | Sequence[Mapping[str, Any]] | pd.DataFrame | None = None,
    *,
    experiment: str | None = None,
    tracking_uri: str | None = None,
    reference: Mapping[str, Any] | None = None,
    seed: str = "seed",
    metric: str | None = None,
    direction: Direction | None = None,
    margin: float | str | None = None,
    confidence: float = 0.95,
    replicates: Literal["training", "resampled"] = "training",
) -> Verdicts:
    """Compare results that no study of ours made, with the same statistics.

    `results` is a CSV file, a data frame or a list of rows: columns `axis`, `value`, `seed` (optional), every other
    column a metric; rows with an empty `axis` are the reference's. Or `experiment` names an MLflow experiment, in the
    store `tracking_uri` (default: MLflow's own): runs are compared that differ from the reference in one parameter;
    `reference` are parameters that single it out (default: the set that most others are one change away from), `seed`
    the parameter that is the seed. Nothing proves that these results differ in nothing else.

    Raises
    ------
    BadRecord
        If there is no reference, a number can't be read, or there is no such experiment or metric.
    BadOverride
        If `direction`, `margin`, `confidence` or `replicates` has no legal value.
    """
    if (results is None) == (experiment is None):
        raise BadRecord("give either results or experiment=NAME")
    policy = _policy(metric, direction, margin, confidence, replicates)
    remarks: list[str] = []
    if experiment is not None:
        from oneaxis.tracking.runs import experiment_runs  # noqa: PLC0415 - imports mlflow

        found, remarks = from_parameters(experiment_runs(experiment, tracking_uri), reference=reference, seed=seed)
    else:
        rows = _read(results)
        found = from_columns({("seed" if key == seed else key): value for key, value in row.items()} for row in rows)
    plan, records = as_study(found)
    known = tuple(dict.fromkeys(name for result in found for name in result.metrics))
    if metric is not None and metric not in known:
        raise BadRecord(f"no result has the metric `{metric}`; they have {', '.join(known) or 'none'}")
    comparison = compare_records(plan, records, policy)
    return Verdicts(replace(comparison, remarks=(*comparison.remarks, *remarks)))


def _policy(metric: str | None, direction: Any, margin: Any, confidence: Any, replicates: Any) -> Policy:
    """The arguments, as strictly checked as a study's settings."""
    if direction is not None:
        one_of(direction, "direction", ("maximize", "minimize"), of="")
    one_of(replicates, "replicates", ("training", "resampled"), of="")
    return Policy(
        metric=metric,
        direction=direction,
        margin=None if margin is None else margin_of(margin, "margin"),
        confidence=read_confidence(confidence, "confidence"),
        replicates=replicates,
    )


def _read(results: Any) -> list[Mapping[str, Any]]:
    if hasattr(results, "to_dict"):
        return list(results.to_dict("records"))
    if not isinstance(results, (str, os.PathLike)):
        return _rows_of(results)
    try:
        with Path(results).open(newline="", encoding="utf-8-sig") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise BadRecord(f"{results} can't be read: {error.strerror}") from error


def _rows_of(results: Any) -> list[Mapping[str, Any]]:
    if isinstance(results, Mapping) or not isinstance(results, Iterable):
        raise BadRecord(
            f"results is {results!r:.80} ({type(results).__name__}); give a CSV file, a data frame or a list of rows, "
            "each a dict of columns: [{'axis': 'lr', 'value': 0.1, 'seed': 1, 'acc': 0.9}, …]"
        )
    rows = list(results)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise BadRecord(
                f"row {number} is {row!r:.80}; give each row as a dict of columns: "
                "{'axis': 'lr', 'value': 0.1, 'seed': 1, 'acc': 0.9}"
            )
    return rows
