"""Measure winners again, on seeds that chose nothing: reference, each single change, and their combination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from oneaxis.analysis.comparison import compare
from oneaxis.analysis.gathered import gather
from oneaxis.analysis.interaction import Interaction, interaction
from oneaxis.analysis.result import Comparison, Row
from oneaxis.errors import NotPromoted
from oneaxis.loop.app import App, run_app
from oneaxis.loop.choosing import Choice
from oneaxis.loop.past import as_axis, change_of, without_axes
from oneaxis.study.folder import StudyFolder
from oneaxis.vocabulary import Deviation, Difference, Plan, Policy, Record, Study


@dataclass(frozen=True)
class Confirmed:
    """What the fresh seeds say. `row` is the change, or all changes together, beside the reference."""

    studies: tuple[StudyFolder, ...]
    study: Study
    comparison: Comparison
    row: Row
    digest: str
    singles: tuple[Row, ...] = ()
    gap: Interaction | None = None


def command_lines(choices: Sequence[Choice], settings: Sequence[str], seeds: Sequence[int]) -> list[list[str]]:
    """The overrides of the studies to run: the axes; for several changes then their combination, as a shift."""
    fresh = [f"hydra.sweeper.seeds=[{','.join(map(str, seeds))}]", "hydra.sweeper.reference_seeds=null"]
    same = [*without_axes(settings), *fresh]
    lines = [[*same, *(as_axis(choice.text) for choice in choices)]]
    if len(choices) > 1:
        lines.append([*same, *(choice.text for choice in choices)])
    return lines


def confirm(app: App, choices: Sequence[Choice], lines: Sequence[Sequence[str]]) -> Confirmed:
    """Run the studies and judge.

    Raises
    ------
    NotPromoted
        If a study doesn't come to its end.
    """
    folders: list[StudyFolder] = []
    for line in lines:
        ran = run_app(app, line)
        if ran.folder is None or ran.status != 0:
            where = f"; what it left is in {ran.folder.root}" if ran.folder is not None else ""
            raise NotPromoted(f"the confirming study ended with exit status {ran.status}; nothing was changed{where}")
        folders.append(ran.folder)
    return judged(choices, folders)


def judged(choices: Sequence[Choice], folders: Sequence[StudyFolder]) -> Confirmed:
    """What finished studies on fresh seeds say."""
    study = folders[0].read_study()
    records = folders[0].records(study)
    own = compare(study.plan, records, study.policy)
    if len(folders) == 1:
        [row] = own.rows
        digest = next(trial.digest for trial in study.plan.trials if trial.deviation is not None)
        return Confirmed(tuple(folders), study, own, row, digest)
    together = folders[1].read_study()
    plan, joined = _joined(study, records, together, folders[1].records(together), choices)
    comparison = compare(plan, joined, study.policy)
    [row] = comparison.rows
    digest = together.plan.trials[0].digest
    gap = _gap(study, records, joined, plan, comparison)
    return Confirmed(tuple(folders), study, comparison, row, digest, own.rows, gap)


def _joined(
    study: Study,
    records: Mapping[int, Record],
    together: Study,
    combined: Mapping[int, Record],
    choices: Sequence[Choice],
) -> tuple[Plan, dict[int, Record]]:
    """One plan of the reference and the combination alone: one question, so one interval."""
    name = " ".join(choice.name for choice in choices)
    declared = {change_of(deviation.name): deviation.difference for deviation in study.plan.deviations}
    parts = [declared[wanted] for choice in choices if (wanted := change_of(choice.name)) in declared]
    reference = [trial for trial in study.plan.trials if trial.deviation is None]
    top = max(trial.index for trial in study.plan.trials) + 1
    axis, _, value = name.partition("=")
    moved = [
        replace(trial, index=trial.index + top, deviation=name, axis=axis, value=value)
        for trial in together.plan.trials
    ]
    deviation = Deviation(
        axis=axis,
        kind="value",
        value=value,
        before="",
        overrides=tuple(choice.text for choice in choices),
        digest=moved[0].digest,
        difference=Difference(
            own=tuple(change for part in parts for change in part.own),
            carried=tuple(change for part in parts for change in part.carried),
            follows=tuple(change for part in parts for change in part.follows),
        ),
    )
    plan = replace(study.plan, deviations=(deviation,), trials=(*reference, *moved))
    joined = {trial.index: records[trial.index] for trial in reference if trial.index in records}
    joined.update({index + top: replace(record, trial=index + top) for index, record in combined.items()})
    return plan, joined


def _gap(
    study: Study, records: Mapping[int, Record], joined: Mapping[int, Record], plan: Plan, comparison: Comparison
) -> Interaction | None:
    metric = comparison.metric
    if metric is None:
        return None
    names = dict.fromkeys(trial.deviation for trial in study.plan.trials if trial.deviation is not None)
    evidence = next(iter(gather(plan, joined, study.policy).evidence.values()))
    overlap = evidence.overlap if _resampled(study.policy) else 0.0
    if overlap is None:
        return None
    return interaction(
        _by_seed(study.plan, records, None, metric),
        [_by_seed(study.plan, records, name, metric) for name in names],
        _by_seed(plan, joined, comparison.rows[0].name, metric),
        confidence=study.policy.confidence,
        direction=comparison.direction,
        overlap=overlap,
    )


def _resampled(policy: Policy) -> bool:
    return policy.replicates == "resampled"


def _by_seed(plan: Plan, records: Mapping[int, Record], name: str | None, metric: str) -> dict[int | None, float]:
    return {
        trial.seed: records[trial.index].metrics[metric]
        for trial in plan.trials
        if trial.deviation == name and trial.index in records and metric in records[trial.index].metrics
    }
