"""What a study's end says: the table, what it can't tell, what to open and what to type next."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from oneaxis.analysis.result import Comparison, Row
from oneaxis.loop.command_line import shown_line, without_store
from oneaxis.loop.cost import about
from oneaxis.loop.mlflow_lines import mlflow_lines
from oneaxis.report.moves import moves
from oneaxis.report.order import Sort
from oneaxis.report.table import duration, health_line, other_metrics, tabulate
from oneaxis.report.terminal import PLAIN_WIDTH, paragraph, table_view, width_of
from oneaxis.tracking.handle import Mirrored
from oneaxis.vocabulary import Record, Study

ENOUGH_SEEDS = 5
PRACTICAL_SEEDS = 50  # more than these a deviation is hardly ever worth
ROOM_FOR_NAMES = 40  # columns
ROOM_A_METRIC = 20


def study_result(
    comparison: Comparison,
    *,
    width: int,
    sort: Sort = "verdict",
    only_changed: bool = False,
    metric: str | None = None,
) -> RenderableType:
    """Whether all is well, the table, and the other metrics where there is room, else the reference's alone."""
    made = partial(tabulate, comparison, sort=sort, only_changed=only_changed, metric=metric)
    table = made(wide=True)
    parts: list[RenderableType] = [Text("")]
    if comparison.health:
        parts += [paragraph(health_line(comparison)), Text("")]
    parts.append(table_view(table if width_of(table) <= width else made(wide=False)))
    if comparison.looks[:1] == (1,) and metric is None:
        lines = moves(comparison)
        parts += [Text(""), *(Text(line) if line.startswith(" ") else paragraph(line) for line in lines)]
    others = other_metrics(comparison, sort=sort) if metric is None and not only_changed else None
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
    lines = ["", f"again: oneaxis compare {shlex.quote(short(folder))}"]
    if mirrored is not None:
        lines += mlflow_lines(uri, mirrored, comparison, folder=short(folder))
    elif study.tracking.uri is not None:
        lines.append(f"MLflow: nothing written yet (offline); oneaxis sync {shlex.quote(short(folder))}")
    return "\n".join(lines)


def interrupted(folder: Path, comparison: Comparison, *, trials: int) -> str:
    """What is left of a study that was stopped, and how it goes on."""
    done = trials - len(comparison.unusable)
    return f"\nInterrupted: {done} of {trials} trials are done and kept. To go on: {resume_command(folder)}"


def resume_command(folder: Path) -> str:
    """What to type so that only what has no result runs."""
    return f"oneaxis resume {shlex.quote(short(folder))}"


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
    arguments, remark = without_store(study.arguments)
    kept = [text for text in arguments if not text.startswith("hydra.sweeper.seeds=")]
    command = shown_line(["python", *study.app, *kept, f"hydra.sweeper.seeds={ENOUGH_SEEDS}"])
    lines = [f"{ENOUGH_SEEDS} seeds would ({trials} trials{about(trials, spent)}):", f"  {command}"]
    return "\n".join(["", why, *lines, *_wrapped(remark)])


def undecided(study: Study, comparison: Comparison, records: Mapping[int, Record]) -> str:
    """How many verdicts are open, and the command and cost that would settle them; empty where none is."""
    waiting = [row for row in comparison.rows if row.verdict == "inconclusive"]
    if not waiting or study.plan.adaptive:
        return ""
    noun = f"{len(waiting)} undecided"
    wanted = [row.more_seeds[0] for row in waiting if row.more_seeds is not None]
    practical = [seeds for seeds in wanted if seeds <= PRACTICAL_SEEDS]
    if not practical:
        if not any(_has_interval(row, comparison.metric) for row in waiting):
            return ""  # nothing was estimated that could say how many; why, stands below the table
        return f"\n{noun}: even {PRACTICAL_SEEDS} more seeds each would hardly settle any."
    more = max(practical)
    trials = more * (len(comparison.rows) + 1)
    spent = [record.seconds for record in records.values() if record.seconds is not None]
    cost = f", {duration(trials * sum(spent) / len(spent))} of compute" if spent else ""
    which = "them" if len(practical) == len(waiting) else f"{len(practical)} of them"
    told = f"{noun}; about {trials} more trials ({more} more seeds{cost}) would settle {which}:"
    lines = ["", *textwrap.wrap(told, PLAIN_WIDTH)]
    arguments, remark = without_store(study.arguments)
    lines += [f"  {_with_seeds(study, arguments, more)}", *_wrapped(remark)]
    if comparison.looks == () and study.policy.replicates == "training":
        lines.append("(a second look at the same seeds; hydra.sweeper.seeds=adaptive plans for its looks)")
    return "\n".join(lines)


def _has_interval(row: Row, metric: str | None) -> bool:
    delta = row.deltas.get(metric or "")
    return delta is not None and delta.low is not None


def _wrapped(remark: str) -> list[str]:
    return textwrap.wrap(remark, PLAIN_WIDTH, break_long_words=False, break_on_hyphens=False)


def _with_seeds(study: Study, arguments: Sequence[str], more: int) -> str:
    """The study's command with that many seeds more."""
    plan = study.plan
    known = [seed for seed in plan.seeds if seed is not None]
    counted = known == list(range(known[0], known[0] + len(known)))
    listed = [*known, *range(max(known) + 1, max(known) + 1 + more)]
    seeds = str(len(listed)) if counted else f"[{','.join(map(str, listed))}]"
    dropped = ("hydra.sweeper.seeds=", "hydra.sweeper.reference_seeds=", f"{plan.seed_key}=")
    kept = [text for text in arguments if not text.startswith(dropped[:2])]
    swept = [text for text in kept if text.startswith(dropped[2]) and "," in text]
    if swept:  # `seed=1,2,3` says the seeds by itself
        kept = [text for text in kept if text not in swept]
        seeds = f"[{','.join(map(str, listed))}]"
    return shown_line(["python", *study.app, *kept, f"hydra.sweeper.seeds={seeds}"])


def short(folder: Path) -> str:
    """A folder as it is typed from here."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
