"""Studies and results as values, for notebooks and scripts: `oneaxis.open_study`, `oneaxis.compare`."""

from __future__ import annotations

import csv
import html
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from oneaxis.analysis.comparison import compare as compare_records
from oneaxis.analysis.loose import as_study, from_columns, from_parameters
from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.errors import BadOverride, BadRecord, FolderUnusable
from oneaxis.loop.settings import margin_of, read_confidence
from oneaxis.report.table import Table, tabulate
from oneaxis.study.folder import StudyFolder, newest
from oneaxis.vocabulary import Policy, Record, Study, Trial

if TYPE_CHECKING:
    import pandas as pd

Direction = Literal["maximize", "minimize"]
_INTERVAL = ("n", "mean", "sd", "low", "high")


@dataclass(frozen=True, repr=False)
class Verdicts:
    """A comparison: values in `.comparison`, a data frame by `to_frame()`, a table where it is shown."""

    comparison: Comparison

    def to_frame(self) -> pd.DataFrame:
        """One row for the reference and each deviation, in planned order. Needs pandas.

        `mean`, `sd` and `n` are the row's own values of the deciding metric; `delta…` the differences from the
        reference with their interval; NaN where there is none.
        """
        import pandas as pd  # noqa: PLC0415 - only where it is asked for

        return pd.DataFrame([_row(row, self.comparison) for row in _rows(self.comparison)])

    def _repr_html_(self) -> str:
        return _html(tabulate(self.comparison))

    def __repr__(self) -> str:
        return _plain(tabulate(self.comparison))


@dataclass(frozen=True, repr=False)
class Trials(Sequence[Record | None]):
    """A study's trials in planned order: `trials[0]` is its record, None while there is none."""

    planned: tuple[Trial, ...]
    records: Mapping[int, Record]

    def __len__(self) -> int:
        return len(self.planned)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self.records.get(trial.index) for trial in self.planned[place]]
        return self.records.get(self.planned[place].index)

    def __iter__(self) -> Iterator[Record | None]:
        return (self.records.get(trial.index) for trial in self.planned)

    def to_frame(self) -> pd.DataFrame:
        """One row a trial: what it was, its status (`missing` without a record), its metrics. Needs pandas."""
        import pandas as pd  # noqa: PLC0415 - only where it is asked for

        return pd.DataFrame([self._cells(trial) for trial in self.planned])

    def _cells(self, trial: Trial) -> dict[str, Any]:
        record = self.records.get(trial.index)
        cells = {
            "trial": trial.index,
            "role": trial.role,
            "axis": trial.axis,
            "value": trial.value,
            "seed": trial.seed,
            "status": record.status if record else "missing",
            "seconds": record.seconds if record else None,
        }
        return {**cells, **(record.metrics if record else {})}

    def _table(self) -> Table:
        rows = [self._cells(trial) for trial in self.planned]
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        return Table(names, tuple(tuple(_cell(row.get(name)) for name in names) for row in rows), has_reference=False)

    def _repr_html_(self) -> str:
        return _html(self._table())

    def __repr__(self) -> str:
        return _plain(self._table())


@dataclass(frozen=True, repr=False)
class OpenStudy:
    """A study on disk, as it was when it was opened."""

    folder: Path
    study: Study
    trials: Trials
    comparison: Verdicts

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.study.name)}</p>{self.comparison._repr_html_()}"

    def __repr__(self) -> str:
        return f"Study {self.folder}\n{self.comparison!r}"


def open_study(path: str | os.PathLike[str] | None = None) -> OpenStudy:
    """Read a study's folder; without `path` the newest one under the working directory. Nothing is written.

    Raises
    ------
    FolderUnusable
        If there is no study.
    BadRecord
        If a file of it is damaged.
    """
    if path is not None and not Path(path).is_dir():
        raise FolderUnusable(f"{path} holds no study; give the folder of one")
    folder = newest(Path(os.curdir)) if path is None else StudyFolder(Path(path))
    study = folder.read_study()
    records = folder.records(study)
    found = compare_records(study.plan, records, study.policy)
    return OpenStudy(folder.root, study, Trials(study.plan.trials, records), Verdicts(found))


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
    _one_of("direction", direction, ("maximize", "minimize", None))
    _one_of("replicates", replicates, ("training", "resampled"))
    return Policy(
        metric=metric,
        direction=direction,
        margin=None if margin is None else margin_of(margin, "margin"),
        confidence=read_confidence(confidence, "confidence"),
        replicates=replicates,
    )


def _one_of(name: str, value: Any, legal: tuple[str | None, ...]) -> None:
    if value not in legal:
        raise BadOverride(f"oneaxis.compare({name}={value!r}): give {' or '.join(map(repr, legal))}")


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


def _rows(comparison: Comparison) -> list[Row]:
    return [row for row in (comparison.reference, *comparison.rows) if row is not None]


def _row(row: Row, comparison: Comparison) -> dict[str, Any]:
    metric = comparison.metric or ""
    value, delta = row.metrics.get(metric), row.deltas.get(metric)
    return {
        "axis": row.axis,
        "before": row.before or None,
        "value": row.value or None,
        "n": value.n if value else 0,
        "mean": value.mean if value else None,
        "sd": value.sd if value else None,
        **{f"delta_{name}" if name != "mean" else "delta": _part(delta, name) for name in _INTERVAL if name != "n"},
        "pairs": delta.n if delta else 0,
        "verdict": row.verdict,
        "reason": row.reason or None,
    }


def _part(estimate: Estimate | None, name: str) -> float | None:
    return None if estimate is None else getattr(estimate, name)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)


def _html(table: Table) -> str:
    head = "".join(f"<th>{html.escape(text)}</th>" for text in table.headings)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in table.rows)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in table.notes)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"


def _plain(table: Table) -> str:
    lines = [table.headings, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.headings))]
    text = ["  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*text, *table.notes])
