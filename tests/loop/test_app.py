"""The app behind a command: found, planned and run as its user would."""

from __future__ import annotations

import json
import os

import pytest

from oneaxis import cli
from oneaxis.errors import AppUnusable
from oneaxis.loop.answer import VARIABLE
from oneaxis.loop.app import App, find_app, plan_app, run_app


@pytest.fixture(scope="module")
def plain(shared_host):
    return shared_host("plain")


@pytest.mark.parametrize(
    "given, command",
    [
        ("app.py", ("app.py",)),
        ("python app.py", ("app.py",)),
        ("python3 -m package.train", ("-m", "package.train")),
        ("-m package.train", ("-m", "package.train")),
    ],
)
def test_a_given_app_is_what_follows_python(plain, given, command):
    assert find_app(given, plain.root) == App(command, plain.root)


def test_pyproject_names_the_app_of_its_folder_and_those_below(host):
    app = host("plain")
    (app.root / "pyproject.toml").write_text('[tool.oneaxis]\napp = "app.py"\n')
    below = app.root / "conf" / "model"
    assert find_app(None, below, config_name="other") == App(("app.py",), app.root, "other")


def test_else_the_newest_study_knows_its_app(host):
    app = host("plain")
    ran = run_app(App(("app.py",), app.root), ["hydra.sweeper.tracking=null"])
    assert ran.status == 0
    assert ran.folder is not None
    assert ran.folder.root == app.study.root
    assert find_app(None, app.root) == App(("app.py",), app.root)


@pytest.mark.parametrize(
    "given, written, reason",
    [
        (None, None, "no app is known here"),
        ("gone.py", None, "gone.py is no file"),
        ("", None, "is empty"),
        (None, '[tool.oneaxis]\napp = "gone.py"\n', "[tool.oneaxis] app in"),
        (None, "[tool", "can't be read"),
    ],
)
def test_an_app_that_is_not_there_is_said_with_what_to_type(tmp_path, given, written, reason):
    if written is not None:
        (tmp_path / "pyproject.toml").write_text(written)
    with pytest.raises(AppUnusable) as refused:
        find_app(given, tmp_path)
    assert reason in str(refused.value)
    assert "--app" in str(refused.value)


def test_a_plan_tells_all_and_leaves_nothing(plain):
    before = sorted(plain.root.rglob("*"))
    planned = plan_app(App(("app.py",), plain.root), ["lr=0.5,1", "epochs=3"])
    assert [trial.deviation for trial in planned.study.plan.trials] == [None, "lr=0.5", "lr=1"]
    assert planned.study.plan.shifted == ("epochs=3",)
    assert planned.config["epochs"] == 3
    assert planned.config_name == "config"
    assert planned.config_folder == plain.root / "conf"
    kept = [path for path in sorted(plain.root.rglob("*")) if "__pycache__" not in path.parts]
    assert kept == [path for path in before if "__pycache__" not in path.parts]


@pytest.mark.parametrize("overrides", [[], ["hydra/sweeper=oneaxis", "lr=0.5"], ["hydra.sweeper.seeds=2"]])
def test_lines_to_copy_choose_oneaxis_where_the_app_does_not(plain, shared_host, overrides):
    def shown(host):
        return plan_app(App(("app.py",), host.root), overrides).app.shown(["lr=0.5"])

    assert shown(plain) == "python app.py -m hydra/sweeper=oneaxis lr=0.5"
    assert shown(shared_host("promoting")) == "python app.py -m lr=0.5"


def test_the_next_steps_of_an_app_with_another_sweeper_run_as_they_are(plain, monkeypatch, capsys):
    monkeypatch.chdir(plain.root)
    assert cli.main(["findings", "--app", "app.py"]) == 0
    assert "sweep a key: python app.py -m hydra/sweeper=oneaxis KEY=VALUE,VALUE" in capsys.readouterr().out
    assert cli.main(["promote", "lr=0.3", "--app", "app.py"]) == 2
    assert "measure it first: python app.py -m hydra/sweeper=oneaxis 'lr=choice(0.3)'" in capsys.readouterr().err


def test_an_app_that_can_not_be_planned_says_why(plain):
    with pytest.raises(AppUnusable, match=r"python app.py -m model=none can't be planned:\n.*model/none"):
        plan_app(App(("app.py",), plain.root), ["model=none"])


def test_a_refused_study_has_no_folder(plain, capfd):
    ran = run_app(App(("app.py",), plain.root), ["hydra.sweeper.seeds=0"])
    assert (ran.status, ran.folder) == (1, None)
    assert "hydra.sweeper.seeds is 0" in capfd.readouterr().err


def test_jobs_do_not_see_the_question(host):
    app = host("plain")
    script = app.root / "app.py"
    asks = "    import os\n    score = 'ONEAXIS_ANSWER' in os.environ or"
    script.write_text(script.read_text().replace("    score =", asks))
    ran = run_app(App(("app.py",), app.root), ["hydra.sweeper.tracking=null"])
    assert ran.status == 0
    [record] = app.study.records.values()
    assert record["metrics"]["val/score"] < 1
    assert VARIABLE not in os.environ
    assert json.loads((app.study.root / "study.json").read_text())["app"] == ["app.py"]
