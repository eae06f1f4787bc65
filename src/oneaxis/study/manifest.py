"""`study.json`: what should exist, written before the first job."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from oneaxis.errors import BadRecord
from oneaxis.trial.codec import SCHEMA, from_jsonable
from oneaxis.vocabulary import (
    Change,
    Composed,
    Deviation,
    Difference,
    Dropped,
    Margin,
    Plan,
    Policy,
    Study,
    Tracking,
    Trial,
)


def to_json(study: Study) -> dict[str, Any]:
    """The study as JSON fields."""
    plan = study.plan
    return {
        "schema": SCHEMA,
        "id": study.id,
        "name": study.name,
        "created": study.created,
        "app": study.app,
        "arguments": study.arguments,
        "cwd": study.cwd,
        "tracking": dataclasses.asdict(study.tracking),
        "policy": dataclasses.asdict(study.policy),
        "plan": {
            "seed_key": plan.seed_key,
            "seeds": plan.seeds,
            "reference_seeds": plan.reference_seeds,
            "reference_overrides": plan.reference_overrides,
            "reference": _composed(plan.reference),
            "deviations": [_deviation(deviation) for deviation in plan.deviations],
            "trials": [dataclasses.asdict(trial) for trial in plan.trials],
            "dropped": [dataclasses.asdict(dropped) for dropped in plan.dropped],
            "shifted": plan.shifted,
            "remarks": plan.remarks,
            "looks": plan.looks,
            "max_trials": plan.max_trials,
        },
    }


def from_json(content: Mapping[str, Any]) -> Study:
    """The study of JSON fields.

    Raises
    ------
    BadRecord
        If a field is missing or of another kind.
    """
    try:
        plan = content["plan"]
        reference = plan["reference"]
        return Study(
            id=content["id"],
            name=content["name"],
            created=content["created"],
            app=tuple(content["app"]),
            arguments=tuple(content["arguments"]),
            cwd=content["cwd"],
            tracking=Tracking(**content["tracking"]),
            policy=_read_policy(content["policy"]),
            plan=Plan(
                reference=None if reference is None else Composed(reference["config"], reference["choices"], {}),
                reference_overrides=tuple(plan["reference_overrides"]),
                deviations=tuple(_read_deviation(item) for item in plan["deviations"]),
                trials=tuple(Trial(**{**item, "overrides": tuple(item["overrides"])}) for item in plan["trials"]),
                seed_key=plan["seed_key"],
                seeds=tuple(plan["seeds"]),
                reference_seeds=tuple(plan["reference_seeds"]),
                dropped=tuple(Dropped(**item) for item in plan["dropped"]),
                shifted=tuple(plan["shifted"]),
                remarks=tuple(plan["remarks"]),
                looks=tuple(plan.get("looks", ())),
                max_trials=plan.get("max_trials"),
            ),
        )
    except (KeyError, TypeError) as error:
        raise BadRecord(f"study.json lacks or misnames a field: {error}") from error


def _read_policy(item: Mapping[str, Any]) -> Policy:
    margin = item.get("margin")
    return Policy(
        **{
            **item,
            "protected": tuple(item["protected"]),
            "margin": None if margin is None else Margin(**margin),
        }
    )


def _composed(composed: Composed | None) -> dict[str, Any] | None:
    return None if composed is None else {"config": composed.config, "choices": composed.choices}


def _deviation(deviation: Deviation) -> dict[str, Any]:
    difference = deviation.difference
    parts = ("own", "carried", "follows", "foreign", "foreign_choices")
    return {
        "axis": deviation.axis,
        "kind": deviation.kind,
        "value": deviation.value,
        "before": deviation.before,
        "overrides": deviation.overrides,
        "digest": deviation.digest,
        "remarks": deviation.remarks,
        "difference": {
            **{part: [_change(change) for change in getattr(difference, part)] for part in parts},
            "holds": difference.holds,
        },
    }


def _change(change: Change) -> dict[str, Any]:
    return {"path": change.path, "before": change.before, "after": change.after}


def _read_deviation(item: Mapping[str, Any]) -> Deviation:
    difference = item["difference"]
    return Deviation(
        axis=item["axis"],
        kind=item["kind"],
        value=item["value"],
        before=item["before"],
        overrides=tuple(item["overrides"]),
        digest=item["digest"],
        remarks=tuple(item["remarks"]),
        difference=Difference(
            own=_read_changes(difference["own"]),
            carried=_read_changes(difference["carried"]),
            follows=_read_changes(difference["follows"]),
            holds=tuple(difference["holds"]),
            foreign=_read_changes(difference["foreign"]),
            foreign_choices=_read_changes(difference["foreign_choices"]),
        ),
    )


def _read_changes(items: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(
        Change(tuple(item["path"]), from_jsonable(item["before"]), from_jsonable(item["after"])) for item in items
    )
