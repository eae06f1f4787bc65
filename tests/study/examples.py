"""Studies and records as tests of the study's folder need them."""

from __future__ import annotations

from dataclasses import replace

from tests.planning.asked import asked, axis
from tests.planning.world import World

from oneaxis.planning.plan import make_plan
from oneaxis.vocabulary import Policy, Record, Study, Tracking, Trial

WORLD = World(
    {"seed": 0, "lr": 0.1, "twice": "${lr}", "layers": [1, 2], "text": "x", "nested": [{"a": None}], "stamp": "10:15"},
    {
        "model": {"a": {"width": 1, "@defaults": {"data": "small"}}, "b": {"width": 2, "@defaults": {"data": "large"}}},
        "data": {"small": {"rows": 1}, "large": {"rows": 2, "more": {}}},
    },
    {"model": "a", "data": "small"},
)


def study(*line, **settings) -> Study:
    return Study(
        id="abc",
        name="app 2030",
        created="2030-01-01T00:00:00.000+00:00",
        app=("-m", "package.train"),
        arguments=("-m", "lr=0.1,0.5", "text='a b'"),
        cwd="/somewhere",
        plan=make_plan(asked(*(line or (axis("lr", "0.5", "0.9"),)), **settings), WORLD),
        policy=Policy("acc", "maximize", "resampled", ("data",)),
        tracking=Tracking("sqlite:///mlflow.db", "app"),
    )


def everything() -> Study:
    """A study with each thing in it that a study can hold."""
    return study(
        "model.width=5",
        "+new={}",
        axis("model", "b", carries=("data",)),
        axis("lr", "0.5", "0.1", "0.50"),
        axis("layers", "[]", "[[1],{}]"),
        axis("text", "'é → \"🚀\" \\ / %'", "null"),
        axis("added.deep", "1", prefix="+"),
        axis("model.width", "5.0"),
        axis("nested", "[]"),
        seeds=(3, 1),
        reference_seeds=4,
        unstable=frozenset({("stamp",)}),
        controls=(("repeat", None), ("bite", axis("lr", "900")), ("placebo", axis("text", "y"))),
    )


def as_read(written: Study) -> Study:
    """What is kept of a study: the reference's resolved leaves and places are needed for planning only."""
    reference = written.plan.reference
    kept = replace(reference, resolved={}, places={}) if reference else None
    return replace(written, plan=replace(written.plan, reference=kept))


def record(trial: Trial, status: str = "finished", study_id: str = "abc", **metrics: float) -> Record:
    return Record(
        study=study_id,
        trial=trial.index,
        role=trial.role,
        axis=trial.axis,
        value=trial.value,
        deviation=trial.deviation,
        seed=trial.seed,
        folder=trial.folder,
        status=status,
        metrics=metrics,
    )
