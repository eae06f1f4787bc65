"""A study in MLflow: one parent run, a child run a trial, with the contract's tags, and nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from oneaxis.tracking.names import from_key

THREE_AXES = ["lr=0.5,0.25,1", "epochs=20,30", "features=standard,pca"]
CHILDREN = ["reference", "lr=0.5", "lr=1", "epochs=20", "epochs=30", "features=standard", "features=pca"]


@pytest.fixture(scope="module")
def tracked(shared_host, make_store):
    """The study of three axes, one seed."""
    app, store = shared_host("plain"), make_store()
    ended = app.sweep(*THREE_AXES, tracking=store.uri)
    assert ended.status == 0, ended
    return app, store


def test_three_axes_are_seven_child_runs_under_one_parent(tracked):
    app, store = tracked
    runs = store.runs
    [parent] = [run for run in runs.values() if run.data.tags["oneaxis.role"] == "study"]
    children = {name: run for name, run in runs.items() if run is not parent}
    assert sorted(children) == sorted(CHILDREN)
    assert {run.data.tags["mlflow.parentRunId"] for run in children.values()} == {parent.info.run_id}
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    day, time = app.study.root.parts[-2:]
    assert parent.info.run_name == app.study.name == f"app {day}/{time}"


def test_the_tags_are_the_contracts(tracked):
    app, store = tracked
    runs = store.runs
    shown = {
        name: {key: value for key, value in runs[name].data.tags.items() if key.startswith("oneaxis.")}
        for name in CHILDREN
    }
    common = {"oneaxis.study": app.study.id, "oneaxis.seed": "1", "oneaxis.status": "finished"}
    for index, name in enumerate(CHILDREN):
        axis, _, value = name.partition("=")
        own = {"oneaxis.axis": axis, "oneaxis.value": value, "oneaxis.deviation": name} if value else {}
        own |= {"oneaxis.verdict": "no verdict"} if value else {}  # one seed decides nothing
        assert shown[name] == {
            **common,
            **own,
            "oneaxis.role": "deviation" if value else "reference",
            "oneaxis.trial": str(index),
            "oneaxis.fingerprint": app.study.records[name]["fingerprint"],
            "oneaxis.started": app.study.records[name]["started"],
        }
    assert [name for name in CHILDREN if runs[name].data.tags.get("mlflow.runColor") == "#000000"] == ["reference"]


def test_parameters_and_metrics_are_the_configs_and_the_tasks(tracked):
    _, store = tracked
    run = store.runs["features=pca"]
    assert run.data.params == {"lr": "0.25", "epochs": "10", "seed": "1", "model.width": "4", "features.parts": "2"}
    metrics = {name: round(value, 9) for name, value in run.data.metrics.items() if name != "oneaxis.seconds"}
    assert metrics == {
        "val/score": 0.5001,
        "val/loss": 0.4999,
        "oneaxis.delta.val/score": 0.2,
        "oneaxis.delta.val/loss": -0.2,
    }


def test_only_deviations_have_differences(tracked):
    _, store = tracked
    runs = store.runs
    with_delta = [name for name in CHILDREN if "oneaxis.delta.val/score" in runs[name].data.metrics]
    assert with_delta == CHILDREN[1:]
    deltas = [round(runs[name].data.metrics["oneaxis.delta.val/score"], 9) for name in CHILDREN[1:]]
    assert deltas == [0.25, 0.75, 0.01, 0.02, 0.1, 0.2]


def test_the_composed_config_is_an_artifact(tracked, tmp_path):
    _, store = tracked
    run = store.runs["epochs=30"]
    path = store.client.download_artifacts(run.info.run_id, "config.yaml", str(tmp_path))
    assert "epochs: 30" in Path(path).read_text()


def test_the_parents_note_holds_the_table(tracked):
    app, store = tracked
    note = store.runs[app.study.name].data.tags["mlflow.note.content"]
    assert "| ? | epochs | 10 → 30 | 0.320 | +0.020 |" in note
    assert "7 of 7 trials finished." in note


# What is typed after `key=`, and what the job's configuration must then hold.
SHAPES = {
    "text": {
        "'a/b'": "a/b",
        "'100 %'": "100 %",
        "'say \"hi\"'": 'say "hi"',
        "'it\\'s'": "it's",
        "'☕'": "☕",
        "''": "",
        "'two\nlines'": "two\nlines",
        "'=,;|<b>`'": "=,;|<b>`",
        "'\\${path}'": "${path}",
        "${path}": "/data/plain",
    },
    "path": {"/data/other": "/data/other", "C\\:\\\\x": "C:\\x"},
    "layers": {"[1]": [1], "[]": [], "[[1,2],[a]]": [[1, 2], ["a"]]},
    "options": {"{a:3}": {"a": 3, "b": 2}, "{b:5}": {"a": 1, "b": 5}},
    "blocks": {"[{units:5}]": [{"units": 5}], "[]": []},
    "nothing": {"null": None, "true": True, "0.0001": 0.0001, "nan": "nan"},
    "+added": {"1": 1, "{x:[1,2]}": {"x": [1, 2]}},
}


@pytest.fixture(scope="module")
def shapes(shared_host, make_store):
    """One study with all of these values, and a group placed elsewhere."""
    app, store = shared_host("shapes"), make_store()
    sweeps = [f"{key}={','.join(values)}" for key, values in SHAPES.items()]
    ended = app.sweep(*sweeps, "optimizer@training.optimizer=sgd,adam", tracking=store.uri)
    assert ended.status == 0, ended
    return app, store


def test_a_value_of_any_shape_reaches_job_record_and_tags_exactly(shapes):
    app, store = shapes
    runs = store.runs
    records = app.study.records
    for written, values in SHAPES.items():
        key = written.removeprefix("+")
        for typed, meant in values.items():
            record, tags = records[f"{key}={typed}"], runs[f"{key}={typed}"].data.tags
            assert record["config"][key] == meant
            assert (record["axis"], record["value"]) == (key, typed)
            assert (tags["oneaxis.axis"], tags["oneaxis.value"]) == (key, typed)
    assert len(records) == 1 + sum(map(len, SHAPES.values())) + 1


def test_a_group_placed_elsewhere_is_an_axis_like_any_other(shapes):
    app, store = shapes
    name = "optimizer@training.optimizer=adam"
    tags = store.runs[name].data.tags
    assert (tags["oneaxis.axis"], tags["oneaxis.value"]) == ("optimizer@training.optimizer", "adam")
    assert app.study.records[name]["config"]["training"]["optimizer"] == {"lr": 0.25, "beta": 0.9}


def test_names_that_mlflow_refuses_are_mapped_reversibly(shapes):
    _, store = shapes
    run = store.runs["added={x:[1,2]}"]
    params = {from_key(key): value for key, value in run.data.params.items()}
    assert params["odd key [%]"] == "1"
    assert params["blocks.0.units"] == "3"
    assert params["added.x"] == "[1, 2]"
    assert "recall@5" in {from_key(key) for key in run.data.metrics}
    assert "oneaxis.delta.recall@5" in {from_key(key) for key in run.data.metrics}
