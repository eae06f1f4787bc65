"""What MLflow's runs are found and read by: their tags, and the note on a study's own."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from oneaxis.analysis.result import Comparison
from oneaxis.report.markup import escaped, markdown
from oneaxis.report.order import ordered
from oneaxis.report.sentence import sentence
from oneaxis.report.table import tabulate
from oneaxis.study.progress import failure_line
from oneaxis.tracking.names import NAMES, to_text
from oneaxis.tracking.rows import LONGEST_VALUE
from oneaxis.vocabulary import Record, Study, Trial

STARTED = "oneaxis.started"
BLACK = "#000000"
FIRST = 12  # verdicts in the note's first lines


def source_tags(study: Study) -> dict[str, str]:
    """The command that a run comes from."""
    return {
        "mlflow.source.type": "LOCAL",
        "mlflow.source.name": to_text(shlex.join(["python", *study.app, *study.arguments])),
    }


def study_tags(study: Study, folder: Path) -> dict[str, str]:
    """Those of the parent run, before a trial has ended."""
    return {
        "oneaxis.study": study.id,
        "oneaxis.role": "study",
        "oneaxis.folder": to_text(str(folder)),
        "mlflow.note.content": f"{len(study.plan.trials)} trials; running.",
    }


def trial_tags(study: Study, trial: Trial, record: Record | None) -> dict[str, str]:
    """A trial's, as far as it is known."""
    tags = {
        "mlflow.runName": trial.label(several_seeds=study.several_seeds),
        "oneaxis.study": study.id,
        "oneaxis.trial": str(trial.index),
        "oneaxis.role": trial.role,
    }
    if trial.deviation is None:
        tags["mlflow.runColor"] = BLACK
    else:
        tags |= {
            "oneaxis.axis": str(trial.axis),
            "oneaxis.value": str(trial.value),
            "oneaxis.deviation": trial.deviation,
        }
    if trial.seed is not None:
        tags["oneaxis.seed"] = str(trial.seed)
    if record is not None:
        tags |= {
            "oneaxis.fingerprint": record.fingerprint,
            "oneaxis.status": record.status,
            STARTED: record.started,
        }
        if record.reused_from:
            tags["oneaxis.reused_from"] = f"{record.reused_from['study']} {record.reused_from['folder']}"
        if record.failure is not None:
            tags["oneaxis.failure"] = f"{record.failure.kind}: {record.failure.message}"[:LONGEST_VALUE]
    return {name: to_text(value) for name, value in tags.items()}


def left_out(study: Study, taken: Mapping[int, frozenset[str]]) -> str:
    """What the user should know of our own metrics that tasks took the names of, by trial; empty where none did."""
    found = [trial for trial in study.plan.trials if taken.get(trial.index)]
    if not found:
        return ""
    name, more = found[0].label(several_seeds=study.several_seeds), len(found) - 1
    others = f" and {more} more trial{'' if more == 1 else 's'}" if more else ""
    return (
        f"{name}{others} logged {', '.join(sorted(taken[found[0].index]))} to MLflow, a name of oneaxis's own: ours "
        f"isn't there. Call the task's metric otherwise, without {NAMES.ours}"
    )


def note(study: Study, comparison: Comparison) -> str:
    """A study's verdicts in words, its table, and what is without a result, in Markdown."""
    count = len(study.plan.trials) - comparison.not_needed
    lines = [f"- {escaped(sentence(row, comparison))}" for row in ordered(comparison)[:FIRST]]
    if len(comparison.rows) > FIRST:
        lines.append(f"- and {len(comparison.rows) - FIRST} more, in the table")
    lines += ["", markdown(tabulate(comparison)), "", f"{count - len(comparison.unusable)} of {count} trials finished."]
    several = study.several_seeds
    lines.extend(
        f"- {failure_line(trial, record, several_seeds=several)}"
        if record
        else f"- missing: {trial.label(several_seeds=several)}: it left no record"
        for trial, record in comparison.unusable
    )
    return to_text("\n".join(lines))
