"""What a study's end says of trials that have no result."""

from __future__ import annotations

from pathlib import Path

from oneaxis.analysis.result import Comparison
from oneaxis.loop.advice import resume_command
from oneaxis.study.progress import failure_line
from oneaxis.vocabulary import Record, Study, Trial


def failure(study: Study, folder: Path, comparison: Comparison, problem: BaseException | None) -> str:
    """A line for each trial without a result, and what to type; `problem` is what stopped the launcher."""
    several = study.several_seeds
    total = len(study.plan.trials) - comparison.not_needed
    lines = [f"{len(comparison.unusable)} of {total} trials have no result:"]
    lines.extend(f"  {_reason(trial, record, several_seeds=several)}" for trial, record in comparison.unusable[:10])
    if len(comparison.unusable) > 10:  # noqa: PLR2004 - a screenful
        lines.append(f"  and {len(comparison.unusable) - 10} more")
    if problem is not None:
        lines.append(f"  the launcher stopped: {type(problem).__name__}: {problem}")
    lines.append(f"To run these again, and only these: {resume_command(folder)}")
    return "\n".join(lines)


def _reason(trial: Trial, record: Record | None, *, several_seeds: bool) -> str:
    if record is None:
        return f"missing: {trial.label(several_seeds=several_seeds)}: it left no record"
    return failure_line(trial, record, several_seeds=several_seeds)
