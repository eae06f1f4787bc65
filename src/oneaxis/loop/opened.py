"""Studies and results as values, for notebooks and scripts: `oneaxis.open_study`, `oneaxis.compare`."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oneaxis.analysis.comparison import compare as compare_records
from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.errors import FolderUnusable
from oneaxis.report.table import Table, tabulate
from oneaxis.study.folder import StudyFolder, newest
from oneaxis.vocabulary import Record, Study, Trial

if TYPE_CHECKING:
    import pandas as pd

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
        """One row a trial: what it was, its status (`missing` without a record), its metrics. Needs pandas.

        A metric that is called as one of the other columns, `seconds`, is in a column `metrics.seconds`.
        """
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
        metrics = record.metrics if record else {}
        return {**cells, **{f"metrics.{name}" if name in cells else name: value for name, value in metrics.items()}}

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
