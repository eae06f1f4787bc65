"""`study.json`: what should exist, written before the first job."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from oneaxis.errors import BadRecord
from oneaxis.masking import marked_override, marked_values, masked_override, masked_text
from oneaxis.trial.codec import SCHEMA, from_jsonable
from oneaxis.vocabulary import (
    GATES,
    Change,
    Composed,
    Control,
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
    """The study as JSON fields, without secrets."""
    plan = study.plan
    return {
        "schema": SCHEMA,
        "id": study.id,
        "name": study.name,
        "created": study.created,
        "app": study.app,
        "arguments": _masked(study.arguments),
        "cwd": study.cwd,
        "tracking": dataclasses.asdict(study.tracking),
        "policy": dataclasses.asdict(study.policy),
        "plan": {
            "seed_key": plan.seed_key,
            "seeds": plan.seeds,
            "reference_seeds": plan.reference_seeds,
            "reference_overrides": _masked(plan.reference_overrides),
            "reference": _composed(plan.reference),
            "deviations": [_deviation(deviation) for deviation in plan.deviations],
            "trials": [_trial(trial) for trial in plan.trials],
            "dropped": [dataclasses.asdict(dropped) for dropped in plan.dropped],
            "shifted": _masked(plan.shifted),
            "remarks": [masked_text(text) for text in plan.remarks],
            "looks": plan.looks,
            "max_trials": plan.max_trials,
            "controls": [
                {"kind": control.kind, "change": None if control.change is None else _deviation(control.change)}
                for control in plan.controls
            ],
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
                controls=tuple(
                    Control(item["kind"], None if item["change"] is None else _read_deviation(item["change"]))
                    for item in plan.get("controls", ())
                ),
            ),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadRecord(f"it lacks or misnames a field ({error})") from error


def _read_policy(fields: Mapping[str, Any]) -> Policy:
    """A policy; settings that its study's oneaxis didn't know have their defaults."""
    lists = {"protected": tuple(fields["protected"]), "gates": tuple(fields.get("gates", GATES))}
    margin = fields.get("margin")
    return Policy(**{**fields, **lists, "margin": None if margin is None else Margin(**margin)})


def _composed(composed: Composed | None) -> dict[str, Any] | None:
    return None if composed is None else {"config": marked_values(composed.config), "choices": composed.choices}


def _deviation(deviation: Deviation) -> dict[str, Any]:
    difference = deviation.difference
    parts = ("own", "carried", "follows", "foreign", "foreign_choices")
    return {
        "axis": deviation.axis,
        "kind": deviation.kind,
        "value": deviation.value,
        "before": deviation.before,
        "overrides": [marked_override(text) for text in deviation.overrides],
        "digest": deviation.digest,
        "remarks": deviation.remarks,
        "difference": {
            **{part: [_change(change) for change in getattr(difference, part)] for part in parts},
            "holds": _masked(difference.holds),
        },
    }


def _trial(trial: Trial) -> dict[str, Any]:
    fields = {**dataclasses.asdict(trial), "overrides": [marked_override(text) for text in trial.overrides]}
    if trial.control is None:
        del fields["control"]
    return fields


def _change(change: Change) -> dict[str, Any]:
    before, after = (marked_values(value, change.path) for value in (change.before, change.after))
    return {"path": change.path, "before": before, "after": after}


def _masked(overrides: Sequence[str]) -> list[str]:
    return [masked_override(text) for text in overrides]


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
