"""Bad input: one clear line that names the axis and the fix, a non-zero exit status, and nothing left on disk."""

from __future__ import annotations

import sqlite3

import pytest

# overrides, and what the line says
REFUSED = {
    "an interval": (["lr=interval(0,1)"], "`lr=interval(0,1)`: an interval has no single values; list them, lr=0.1,1"),
    "a sweep over deletions": (["~model=small,large"], "a deletion can't be swept; delete one thing: ~model"),
    "an unknown key": (["rl=0.1,1"], "axis `rl`: `rl=0.1` can't be composed:"),
    "an unknown option": (["model=small,huge"], "axis `model`: `model=huge` can't be composed: "),
    "an axis named twice": (["lr=0.1,1", "lr=2,3"], "axis `lr` is named twice; put all its values into one: lr=A,B,C"),
    "an axis on both sides": (["axes=numbers", "lr=2,3"], "axis `lr` is named twice, on the command line and in"),
    "an empty list": (["lr=choice()"], "lr=choice()"),
    "an empty range": (["lr=range(3,1)"], "`lr=range(3,1)`: the sweep is empty; give at least one value: lr=VALUE"),
    "an empty list in a file": (["axes=hollow"], "hydra.sweeper.axes: `lr` has no values; give a list: lr: [VALUE"),
    "a sweep over files of axes": (["axes=none,numbers"], "sweeps over files of axes; choose one: axes=NAME"),
    "several seeds without a seed key": (
        ["lr=0.1,1", "hydra.sweeper.seeds=3"],
        "several seeds need a key that takes them, and the configuration has no `seed`; add `seed: 0` to it, or name",
    ),
    "seeds listed without a seed key": (["hydra.sweeper.seeds=[1,2]"], "the configuration has no `seed`"),
    "steps on a text": (
        ["axes=text_steps"],
        "axis `name`: steps need a number in the reference, and it is 'first try'",
    ),
    "an unknown setting": (["lr=0.1,1", "hydra.sweeper.seads=3"], "seads"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_line_and_nothing_is_made(host, case):
    overrides, line = REFUSED[case]
    app = host("unfinished")
    ended = app.sweep(*overrides)
    assert ended.status == 1, ended
    assert line in ended.said
    assert "Traceback" not in ended.err
    assert app.left == []


# config, overrides, and what the line says
OPEN = {
    "a group": ("open_group", ["lr=0.1,1"], "the reference can't be composed: You must specify 'model', e.g, model="),
    "a group that is swept": ("open_group", ["model=small,large"], "the reference can't be composed: You must specify"),
    "a value": (
        "open_value",
        ["model=small,large"],
        "the reference leaves `lr` open (???); give it a value, lr=VALUE,",
    ),
    "a value that is swept": ("open_value", ["lr=1,2"], "lr=VALUE, beside the values to try"),
}


@pytest.mark.parametrize("case", OPEN)
def test_what_the_reference_leaves_open_is_named(host, case):
    config, overrides, line = OPEN[case]
    app = host("unfinished")
    ended = app.sweep(*overrides, config=config)
    assert ended.status == 1, ended
    assert line in " ".join(ended.err.split())
    assert app.left == []


def test_a_tracking_server_that_is_gone(host):
    app = host("unfinished")
    ended = app.sweep("lr=0.1,1", tracking="http://me:secret@127.0.0.1:9")
    assert ended.status == 1
    assert "tracking server http://***@127.0.0.1:9 can't be reached" in ended.said
    assert "hydra.sweeper.tracking=offline" in ended.said
    assert "secret" not in ended.said
    assert app.left == []


def test_a_tracking_store_that_is_no_database(host):
    app = host("unfinished")
    (app.root / "mlflow.db").write_text("Dear diary, today I trained nothing. " * 100)
    ended = app.sweep("lr=0.1,1", tracking="auto")
    assert ended.status == 1
    assert "mlflow.db is no readable SQLite database" in ended.said
    assert app.left == ["mlflow.db"]


def test_a_tracking_store_of_another_version(host, store):
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0123456789ab'")
    app = host("unfinished")
    ended = app.sweep("lr=0.1,1", tracking=store.uri)
    assert ended.status == 1
    assert "has another MLflow's schema (0123456789ab; this MLflow wants" in ended.said
    assert f"mlflow db upgrade {store.uri}" in ended.said
    assert app.left == []


@pytest.mark.parametrize("way", ["taken", "taken/studies/mine"])
def test_a_folder_that_cannot_be_written(host, way):
    app = host("unfinished")
    (app.root / "taken").write_text("a file")
    ended = app.sweep("lr=0.1,1", f"hydra.sweep.dir={way}")
    assert ended.status == 1
    assert f"the study's folder {way} can't be written" in ended.said
    assert "hydra.sweep.dir=PATH" in ended.said
    assert app.left == ["taken"]
