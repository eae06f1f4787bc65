"""Groups that stand in folders which only the search path of the primary config, or of the command line, names."""

from __future__ import annotations

import pytest

from oneaxis import cli


@pytest.fixture
def app(host, monkeypatch):
    app = host("plain")
    monkeypatch.chdir(app.root)
    (app.root / "extra" / "sched").mkdir(parents=True)
    (app.root / "extra" / "sched" / "flat.yaml").write_text("gamma: 1.0\n")
    (app.root / "extra" / "sched" / "step.yaml").write_text("gamma: 0.5\nsteps: [1]\n")
    (app.root / "extra" / "model").mkdir()
    (app.root / "extra" / "model" / "huge.yaml").write_text("name: huge\nwidth: 64\n")
    config = app.root / "conf" / "config.yaml"
    text = config.read_text().replace("  - _self_\n", "  - sched: flat\n  - _self_\n")
    config.write_text(text + 'hydra:\n  searchpath: ["file://extra"]\n')
    return app


def test_the_options_are_a_groups_and_a_winner_gets_to_be_promoted(app, capfd):
    ended = app.sweep("sched=choice(step)", "hydra.sweeper.screen=[model]", "hydra.sweeper.seeds=3")
    assert ended.status == 0, ended
    assert "sched: flat → step" in ended.said
    assert "model: linear → huge" in ended.said
    assert {"sched=step", "model=huge"} <= {each["name"] for each in ended_plan(app)}
    assert cli.main(["promote", "sched=step", "--dry-run", "--force", "--reason", "tried"]) == 0
    shown = capfd.readouterr().out
    assert "-  - sched: flat" in shown
    assert "+  - sched: step" in shown


def ended_plan(app):
    return [{"name": f"{each['axis']}={each['value']}", "kind": each["kind"]} for each in app.study.plan["deviations"]]


def test_also_where_the_command_line_says_where_to_search(app):
    config = app.root / "conf" / "config.yaml"
    config.write_text(config.read_text().partition("hydra:")[0].replace("  - sched: flat\n", ""))
    typed = ["+sched=flat", "sched=choice(step)", "hydra.searchpath=[file://extra]"]
    ended = app.sweep(*typed, "hydra.sweeper.dry_run=true")
    assert ended.status == 0, ended
    assert "sched: flat → step" in ended.said
