"""Commands that look, at an app that brings its own command line, prints what is no text, or both."""

from __future__ import annotations

from pathlib import Path

import pytest

from oneaxis import cli
from oneaxis.errors import AppRuns, AppUnusable
from oneaxis.loop.app import App, plan_app, run_app


@pytest.fixture
def app(host, monkeypatch):
    """In the app's folder; `app("how")` is an app that brings such a command line."""
    root = host("own_line").root
    monkeypatch.chdir(root)
    monkeypatch.setenv("ODD", "1")

    def brings(how):
        monkeypatch.setenv("HOW", how)
        return App(("app.py",), root)

    return brings


def ran():
    left = Path("ran.txt")
    return left.stat().st_size if left.exists() else 0


def there():
    return sorted(path.name for path in Path().iterdir())


@pytest.mark.parametrize("how", ["a study", "several studies", "zen"])
def test_what_is_looked_at_plans_its_own_study_and_runs_nothing(app, how):
    planned = plan_app(app(how), ["lr=0.9"])
    assert planned.config["lr"] == 0.1
    assert [deviation.value for deviation in planned.study.plan.deviations][:1] == ["0.2"]
    assert "app.py brings its own command line" in planned.caution
    assert (ran(), there()) == (0, ["app.py", "conf"])
    with pytest.raises(AppUnusable, match="brings its own command line"):
        run_app(planned.app, ["lr=0.9"])
    assert ran() == 0


@pytest.mark.parametrize("how", ["a single run", "a recorded run", "another sweeper", "zen, a single run"])
def test_what_would_run_without_a_plan_is_ended_before(app, how):
    with pytest.raises(AppRuns, match=r"BasicSweeper$" if how == "another sweeper" else "its task without a sweeper"):
        plan_app(app(how))
    assert (ran(), there()) == (0, ["app.py", "conf"])


def test_what_the_newest_study_says_stands_in_for_a_look(app, capsys):
    ours = ["hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false"]
    assert run_app(App(("app.py",), app("").cwd), [*ours, "lr=0.2,0.05", "hydra.sweep.dir=st"]).status == 0
    app("another sweeper")
    before = ran()
    for command in ("status", "findings", "lineage"):
        capsys.readouterr()
        assert cli.main([command, "--app", "app.py"]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert "app.py can't be looked at without running it" in shown
        assert "this is what its newest study says, st" in shown
    assert cli.main(["promote", "lr=0.05", "--dry-run"]) == 2
    assert "nothing is promoted" in capsys.readouterr().err
    assert ran() == before


def test_bytes_and_terminals_that_are_not_utf_8(host):
    app = host("own_line")
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    ended = app.sweep("lr=0.2,0.3", "hydra.sweep.dir=st", **ascii_only)
    assert (ended.status, ended.err) == (0, "")
    assert "v comparable . v all 3 trials finished" in ended.out
    headings, *rows = (line for line in ended.out.splitlines() if line.startswith(("   axis", "?")))
    assert [row.index("no verdict") for row in rows] == 2 * [headings.index("verdict")]
    for command in ("status", "compare"):
        ended = app.python("-m", "oneaxis.cli", command, ODD="1", **ascii_only)
        assert (ended.status, ended.err) == (0, "")
    said = app.python("-m", "oneaxis.cli", "compare", "--format", "json", **ascii_only)
    assert (said.status, said.out.isascii()) == (0, True)
