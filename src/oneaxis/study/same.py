"""Whether a study on disk is the one that was just planned, and what differs where it isn't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oneaxis.analysis.comparison import wanted_trials
from oneaxis.canonical import leaves
from oneaxis.masking import marked_values
from oneaxis.planning.proof import changes, known
from oneaxis.planning.refusal import show
from oneaxis.trial.codec import jsonable
from oneaxis.vocabulary import Plan, Policy, Record, Study, Trial

SHOWN = 6  # differences named before the rest is counted


def differences(study: Study, plan: Plan, policy: Policy) -> tuple[str, ...]:
    """What differs between a study's plan and one made now, a line each; empty where they are the same.

    Folders, digests and seeds of all trials count, and what decides; texts of overrides and remarks don't.
    """
    found = [*_reference(study.plan, plan), *_trials(study.plan, plan)]
    if study.policy != policy:
        found.append(f"hydra.sweeper.policy: {study.policy} → {policy}")
    if len(found) > SHOWN:
        found[SHOWN:] = [f"and {len(found) - SHOWN} more"]
    return tuple(found)


def complete(study: Study, records: dict[int, Record]) -> bool:
    """Whether nothing of a study is left to run."""
    wanted = wanted_trials(study.plan, records, study.policy)
    return all(trial.index in records and records[trial.index].status == "finished" for trial in wanted)


def _reference(before: Plan, after: Plan) -> Iterator[str]:
    if before.reference is None or after.reference is None:
        if before.reference is not after.reference:
            yield "hydra.sweeper.reference"
        return
    digests = [[trial.digest for trial in plan.trials if trial.deviation is None][:1] for plan in (before, after)]
    if digests[0] == digests[1]:
        return
    one, other = (
        dict(leaves(jsonable(marked_values(plan.reference.config)))) for plan in (before, after) if plan.reference
    )
    shown = [f"the reference's {show(change)}" for change in known(changes(one, other))]
    yield from shown or ["the reference's configuration"]


def _trials(before: Plan, after: Plan) -> Iterator[str]:
    one, other = _by_name(before.trials), _by_name(after.trials)
    for name in one:
        if name not in other:
            yield f"not planned any more: {name[0] or 'reference'}, seed {name[1]}"
        elif name[0] is not None and one[name].digest != other[name].digest:
            yield f"{name[0]}: its configuration"
        elif one[name].folder != other[name].folder or one[name].index != other[name].index:
            yield f"{name[0] or 'reference'}: its place in the study"
    for name in other:
        if name not in one:
            yield f"planned now only: {name[0] or 'reference'}, seed {name[1]}"
    if before.seed_key != after.seed_key:
        yield f"hydra.sweeper.seed_key: {before.seed_key} → {after.seed_key}"


def _by_name(trials: Sequence[Trial]) -> dict[tuple[str | None, int | None], Trial]:
    return {(trial.deviation, trial.seed): trial for trial in trials}
