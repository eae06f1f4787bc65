"""Results from anywhere as a plan and records (pure): rows that name their axis, or rows of parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oneaxis.errors import BadRecord
from oneaxis.vocabulary import Composed, Deviation, Difference, Failure, Kind, Plan, Record, Trial

KIND: Kind = "value"
REFERENCE = ("", "reference", None)


@dataclass(frozen=True)
class Result:
    """One run of somebody else's: at which value of which axis (None: the reference), with which seed."""

    axis: str | None
    value: str
    seed: int | None
    metrics: Mapping[str, float]
    finished: bool = True
    before: str = ""


def as_study(results: Sequence[Result], remarks: Sequence[str] = ()) -> tuple[Plan, dict[int, Record]]:
    """A plan of what was run, and the records of it.

    Raises
    ------
    BadRecord
        If there is no reference among them, or two runs are of one deviation and seed.
    """
    if all(result.axis is not None for result in results):
        raise BadRecord("no result is the reference's; its rows leave `axis` empty or say `reference` there")
    trials: list[Trial] = []
    records: dict[int, Record] = {}
    seen: set[tuple[str | None, str, int | None]] = set()
    deviations: dict[str, Deviation] = {}
    for index, result in enumerate(results):
        place = (result.axis, result.value, result.seed)
        name = None if result.axis is None else f"{result.axis}={result.value}"
        if place in seen and result.seed is None:
            raise BadRecord(
                f"two results of {name or 'the reference'} without a seed; results of several replicates need a column "
                "`seed`, with a number of its own for each replicate, or name the column that has it: seed=NAME"
            )
        if place in seen:
            raise BadRecord(f"two results of {name or 'the reference'} at seed {result.seed}; give each its own seed")
        seen.add(place)
        if name is not None and result.axis is not None:
            deviations.setdefault(
                name, Deviation(result.axis, KIND, result.value, result.before, (), "", Difference(()))
            )
        value = result.value if name is not None else None
        trial = Trial(index, name, result.axis, value, result.seed, (), "", str(index))
        trials.append(trial)
        records[index] = _record(trial, result)
    seeds = tuple(dict.fromkeys(trial.seed for trial in trials if trial.deviation is not None))
    own = tuple(dict.fromkeys(trial.seed for trial in trials if trial.deviation is None))
    plan = Plan(
        reference=Composed({}, {}, {}),
        reference_overrides=(),
        deviations=tuple(deviations.values()),
        trials=tuple(trials),
        seed_key="seed",
        seeds=seeds or own,
        reference_seeds=own,
        remarks=tuple(remarks),
    )
    return plan, records


def from_columns(rows: Iterable[Mapping[str, Any]]) -> list[Result]:
    """Results of rows with the columns `axis`, `value`, `seed` (optional), and metrics: every other column.

    Rows without `axis`, or `reference` there, are the reference's. An empty cell is a metric that is missing.

    Raises
    ------
    BadRecord
        For a row without these columns, or a metric that is no number.
    """
    found = []
    for number, row in enumerate(rows, start=1):
        if "axis" not in row or "value" not in row:
            raise BadRecord(f"row {number} lacks the columns `axis` and `value`; it has {', '.join(map(str, row))}")
        is_reference = _empty(row["axis"]) or str(row["axis"]).strip().lower() in REFERENCE
        metrics = {
            str(name): _number(text, number, str(name))
            for name, text in row.items()
            if name not in ("axis", "value", "seed") and not _empty(text)
        }
        seed = row.get("seed")
        found.append(
            Result(
                axis=None if is_reference else str(row["axis"]),
                value="" if is_reference else _text(row["value"]),
                seed=None if _empty(seed) else int(_number(seed, number, "seed")),
                metrics=metrics,
                finished=bool(metrics),
            )
        )
    return found


def from_parameters(
    runs: Sequence[tuple[Mapping[str, str], Mapping[str, float], bool]],
    *,
    reference: Mapping[str, Any] | None,
    seed: str,
) -> tuple[list[Result], list[str]]:
    """Results of runs with parameters: those that differ from the reference's in exactly one.

    Each run is its parameters, its metrics, and whether it finished. `reference` are parameters that single out the
    reference's runs; without it, the parameters that most other runs differ from in exactly one. The second value says
    what was left out, and why.

    Raises
    ------
    BadRecord
        If no run is the reference's, or their parameters differ.
    """
    bare = [{key: value for key, value in params.items() if key != seed} for params, _, _ in runs]
    base = _reference(bare, reference)
    results, several, counted = [], 0, Counter[tuple[str | None, str]]()
    for (params, metrics, finished), own in zip(runs, bare, strict=True):
        changed = [key for key in {**base, **own} if base.get(key) != own.get(key)]
        if len(changed) > 1:
            several += 1
            continue
        axis = changed[0] if changed else None
        value = own.get(axis, "(absent)") if axis is not None else ""
        before = base.get(axis, "(absent)") if axis is not None else ""
        text = params.get(seed)
        # Runs without a seed are replicates in the order in which they were made.
        replicate = int(text) if text is not None and text.lstrip("-").isdecimal() else counted[axis, value]
        counted[axis, value] += 1
        results.append(Result(axis, value, replicate, metrics, finished, before))
    verbs = ("run differs", "is") if several == 1 else ("runs differ", "are")
    remark = f"{several} {verbs[0]} from the reference in more than one parameter and {verbs[1]} left out"
    remarks = [remark] if several else []
    return results, remarks


def _reference(bare: Sequence[Mapping[str, str]], wanted: Mapping[str, Any] | None) -> Mapping[str, str]:
    groups = list({tuple(sorted(params.items())): params for params in bare}.values())
    if wanted is not None:
        fitting = [own for own in groups if all(own.get(key) == str(value) for key, value in wanted.items())]
        if len(fitting) != 1:
            raise BadRecord(
                f"{len(fitting)} different sets of parameters have {dict(wanted)}; name parameters that only the "
                "reference has"
            )
        return fitting[0]
    if not groups:
        raise BadRecord("there are no runs to compare")

    def neighbours(own: Mapping[str, str]) -> int:
        return sum(sum(own.get(key) != other.get(key) for key in {**own, **other}) == 1 for other in groups)

    return max(groups, key=neighbours)


def _record(trial: Trial, result: Result) -> Record:
    return Record(
        study="",
        trial=trial.index,
        role=trial.role,
        axis=trial.axis,
        value=trial.value,
        deviation=trial.deviation,
        seed=trial.seed,
        folder=trial.folder,
        status="finished" if result.finished else "failed",
        metrics=dict(result.metrics),
        failure=None if result.finished else Failure("NotFinished", "the run didn't finish, or has no metric"),
    )


def _empty(cell: Any) -> bool:
    return cell is None or cell != cell or str(cell).strip() == ""  # noqa: PLR0124 - NaN, as a table holds it


def _number(cell: Any, row: int, name: str) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        raise BadRecord(
            f"row {row}: `{name}` is {cell!r}, which is no number; leave it empty where there is none"
        ) from None


def _text(cell: Any) -> str:
    return "" if _empty(cell) else str(cell)
