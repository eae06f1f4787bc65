"""What a study's end says: the table, what it can't tell, what to open and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote as percent

from rich.console import Group, RenderableType
from rich.text import Text

from oneaxis.analysis.result import Comparison
from oneaxis.report.table import duration, other_metrics, tabulate
from oneaxis.report.terminal import paragraph, table_view
from oneaxis.tracking.handle import Mirrored
from oneaxis.tracking.names import to_key
from oneaxis.tracking.store import masked, sqlite_path
from oneaxis.vocabulary import Record, Study

ENOUGH_SEEDS = 5
ROOM_FOR_NAMES = 40  # columns
ROOM_A_METRIC = 20
LOCAL_UI = "http://127.0.0.1:5000"


def study_result(comparison: Comparison, *, width: int) -> RenderableType:
    """The comparison's table; the other metrics beside it where there is room, else the reference's alone."""
    parts: list[RenderableType] = [Text(""), table_view(tabulate(comparison))]
    others = other_metrics(comparison)
    if others is None:
        return Group(*parts)
    if width >= ROOM_FOR_NAMES + ROOM_A_METRIC * (len(others.headings) - 1):
        parts += [Text(""), Text("other metrics (difference from the reference)"), table_view(others)]
    elif others.has_reference:
        pairs = zip(others.headings[1:], others.rows[0][1:], strict=True)
        parts.append(paragraph("reference also: " + ", ".join(f"{name} {value}" for name, value in pairs if value)))
    return Group(*parts)


def next_steps(
    study: Study,
    folder: Path,
    comparison: Comparison,
    mirrored: Mirrored | None,
    *,
    uri: str | None,
) -> str:
    """What to open and what to type next."""
    lines = ["", f"again: oneaxis compare {shlex.quote(_short(folder))}"]
    if mirrored is None:
        if study.tracking.uri is not None:
            lines.append(f"MLflow: nothing written yet (offline); oneaxis sync {shlex.quote(_short(folder))}")
    elif mirrored.error is not None:
        lacking = f"{len(mirrored.lacking)} trials lack there; " if mirrored.lacking else ""
        lines.append(f"MLflow: {lacking}{mirrored.error}")
        lines.append(f"        all is on disk; to write the rest: oneaxis sync {shlex.quote(_short(folder))}")
    else:
        lines.append(f"MLflow: {_ui_command(uri)}")
        lines.append(f"        {_ui_link(uri, mirrored, comparison)}")
    return "\n".join(lines)


def interrupted(comparison: Comparison, trials: int) -> str:
    """What is left of a study that was stopped."""
    done = trials - len(comparison.unusable)
    return f"\nInterrupted: {done} of {trials} trials are done and kept; the same command starts a study anew."


def caution(study: Study, comparison: Comparison, records: Mapping[int, Record]) -> str:
    """What one run each can't tell, and the command and cost that would; empty with several seeds."""
    reference = comparison.reference
    compared = any(row.deltas for row in comparison.rows)
    if comparison.seeds != 1 or reference is None or not reference.finished or not compared:
        return ""
    why = "One run each decides nothing: chance alone moves these numbers."
    if study.plan.seeds == (None,):
        key = study.plan.seed_key
        lacks = f"{ENOUGH_SEEDS} seeds would, but the configuration has no `{key}` to count from"
        return f"\n{why}\n{lacks}; add `{key}: 0` and use it, or name your key: hydra.sweeper.seed_key=KEY"
    spent = [record.seconds for record in records.values() if record.seconds is not None]
    trials = len(study.plan.trials) * ENOUGH_SEEDS
    cost = (
        f"{trials} trials, about {duration(trials * sum(spent) / len(spent))} of compute"
        if spent
        else f"{trials} trials"
    )
    kept = [text for text in study.arguments if not text.startswith("hydra.sweeper.seeds=")]
    command = shlex.join(["python", *study.app, *kept, f"hydra.sweeper.seeds={ENOUGH_SEEDS}"])
    return f"\n{why}\n{ENOUGH_SEEDS} seeds would ({cost}):\n  {command}"


def _ui_command(uri: str | None) -> str:
    path = sqlite_path(uri or "")
    if path is not None and path == Path.cwd() / "mlflow.db":
        return "mlflow ui, then open"
    if (uri or "").startswith("http"):
        return "open"
    return f"mlflow ui --backend-store-uri {shlex.quote(masked(uri or ''))}, then open"


def _ui_link(uri: str | None, mirrored: Mirrored, comparison: Comparison) -> str:
    """A flat list of the study's trials, sorted by the metric: without a sorted column the page folds them away."""
    server = masked(uri).rstrip("/") if uri and uri.startswith("http") else LOCAL_UI
    search = percent(f"tags.`mlflow.parentRunId` = '{mirrored.parent}'")
    ascending = "true" if comparison.direction == "minimize" else "false"
    order = percent(f"metrics.`{to_key(comparison.metric)}`") if comparison.metric else "attributes.start_time"
    page = f"{server}/#/experiments/{mirrored.experiment}/runs"
    return f"{page}?searchFilter={search}&orderByKey={order}&orderByAsc={ascending}"


def _short(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
