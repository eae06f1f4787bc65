"""`oneaxis promote`, `lineage` and `findings` on an app whose effects are known, as they are typed."""

from __future__ import annotations

import json
import re
import shlex

import pytest
import yaml

from oneaxis import cli

CHOSEN = ["features=choice(standard)", "model.depth=choice(5)", "lr=0.3,0.2"]


@pytest.fixture(scope="module")
def chosen(shared_host):
    """The app after a study of four deviations, two of which don't add up."""
    app = shared_host("promoting")
    assert app.python("app.py", "-m", *CHOSEN).status == 0
    return app


@pytest.fixture
def here(chosen, monkeypatch):
    monkeypatch.chdir(chosen.root)
    return chosen


def conf(app):
    return {
        str(path.relative_to(app.root)): path.read_bytes()
        for path in sorted((app.root / "conf").rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "typed, said",
    [
        (["lr=0.2"], "`lr=0.2` is inconclusive"),
        (["lr=0.7"], "no study measured `lr=0.7`; measure it first: python app.py -m"),
        (["lr=0.2", "--force"], "--force needs its reason"),
        (["lr=0.2,0.3"], "is not one change"),
    ],
)  # fmt: skip
def test_what_has_no_evidence_is_refused_and_nothing_changes(here, typed, said, capsys):
    before = conf(here)
    assert cli.main(["promote", *typed]) == 2
    assert said in capsys.readouterr().err
    assert conf(here) == before


def test_a_dry_run_shows_runs_and_edit_and_does_nothing(here, capsys):
    before, studies = conf(here), len(here.studies)
    assert cli.main(["promote", "lr=0.3", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "on 5 fresh seeds (seed=5…9), which chose nothing" in shown
    assert all(len(line) <= 80 for line in shown.splitlines()[:3])
    assert "-lr: 0.1              # a step\n+lr: 0.3              # a step" in shown
    assert (conf(here), len(here.studies)) == (before, studies)


def test_a_quick_look_with_one_seed_hides_no_verdict(here, capfd):
    assert here.python("app.py", "-m", "features=choice(standard)", "hydra.sweeper.seeds=1").status == 0
    assert cli.main(["promote", "features=standard", "--dry-run"]) == 0
    capfd.readouterr()
    assert cli.main(["findings"]) == 0
    assert "features=standard better" in " ".join(capfd.readouterr().out.split())


def test_two_winners_are_promoted_together_and_their_interaction_is_named(here, capfd):
    before = conf(here)
    assert cli.main(["promote", "features=standard", "model.depth=5"]) == 0
    shown = capfd.readouterr().out
    assert "together a gain 0.0" in shown
    assert "less than the sum of the gains: they interact" in shown
    after = conf(here)
    assert {name for name in after if after[name] != before.get(name)} == {
        "conf/config.yaml", "conf/model/linear.yaml", "conf/lineage.yaml",
    }  # fmt: skip
    assert after["conf/config.yaml"] == before["conf/config.yaml"].replace(b"features: none", b"features: standard")
    [entry] = yaml.safe_load(after["conf/lineage.yaml"])
    assert (entry["change"], entry["seeds"]) == (["features=standard", "model.depth=5"], [5, 6, 7, 8, 9])
    assert entry["effect"]["mean"] == pytest.approx(0.15, abs=0.01)
    assert entry["gap"]["high"] < -0.02
    used = {trial["seed"] for trial in here.studies[0].plan["trials"]}
    assert not used & set(entry["seeds"])

    assert cli.main(["lineage", "--reverse"]) == 0
    shown = capfd.readouterr().out
    assert "1  features=standard model.depth=5" in shown
    assert "edited by hand" not in shown
    assert "'features=choice(none)' 'model.depth=choice(3)'" in shown

    assert cli.main(["findings", "--refresh"]) == 0
    shown = capfd.readouterr().out
    assert "now the reference (2)" in shown
    assert "stale (2)" in shown
    assert "features changed under it" in shown
    assert "lr=choice(0.3,0.2)" in shown

    assert cli.main(["status"]) == 0
    assert "findings   2 stale (oneaxis findings)" in capfd.readouterr().out

    config = here.root / "conf" / "config.yaml"
    config.write_bytes(config.read_bytes().replace(b"lr: 0.1", b"lr: 0.2"))
    assert cli.main(["lineage"]) == 0
    assert "edited by hand since" in capfd.readouterr().out
    config.write_bytes(config.read_bytes().replace(b"lr: 0.2", b"lr: 0.1"))
    assert json.loads((here.studies[0].root / "study.json").read_text())["plan"]["shifted"] == []


def test_a_quick_look_hides_no_verdict_of_what_a_step_brings(host, monkeypatch, capfd):
    app = host("promoting")
    monkeypatch.chdir(app.root)
    config = app.root / "conf" / "config.yaml"
    config.write_text(config.read_text().replace("features: none", "features: standard"))
    step = {"config": "config", "parent": "aa", "child": "bb", "change": ["features=standard"], "time": "2026-01-01"}
    (app.root / "conf" / "lineage.yaml").write_text(yaml.safe_dump([{**step, "before": {"features": "none"}}]))
    for seeds in (5, 1):
        assert app.python("app.py", "-m", "features=choice(none)", f"hydra.sweeper.seeds={seeds}").status == 0
    assert cli.main(["findings"]) == 0
    assert "features=none worse" in " ".join(capfd.readouterr().out.split())
    assert cli.main(["lineage", "--reverse"]) == 0
    assert capfd.readouterr().out.endswith("step 1, features=standard: still helps (features=none is worse)\n")


def test_quoted_text_is_one_change_however_its_quotes_are_typed(host, monkeypatch, capfd):
    app = host("promoting")
    monkeypatch.chdir(app.root)
    config = app.root / "conf" / "config.yaml"
    config.write_text(config.read_text().replace("seed: 0", 'seed: 0\nnote: ""'))
    (app.root / "conf" / "axes").mkdir()
    (app.root / "conf" / "axes" / "ladder.yaml").write_text(
        "# @package hydra.sweeper\naxes: {note: [a b, 'yes'], lr: 0.2}\n"
    )
    assert app.python("app.py", "-m", 'note="a b","é",yes', "hydra.sweeper.seeds=1").status == 0
    assert cli.main(["promote", "note='é'", "--force", "--reason", "a name", "--seeds", "3"]) == 0
    shown = capfd.readouterr().out
    assert '  note="é": 0.0000 ' in shown
    assert "no value" not in shown

    assert cli.main(["findings", "--refresh"]) == 0
    line = capfd.readouterr().out.splitlines()[-1]
    assert line == """  python app.py --config-name config -m 'note=choice("a b",yes)' hydra.sweeper.seeds=5"""
    assert app.python(*shlex.split(line)[1:]).status == 0
    assert cli.main(["findings", "--refresh"]) == 0
    shown = capfd.readouterr().out
    assert "fresh (2):\n  note=a b  identical " in shown
    assert "now the reference (1):" in shown
    assert shown.endswith("\nNothing is stale.\n")
    assert cli.main(["status"]) == 0
    floor = r"floor note='a b' 0\.\d+, note=yes 0\.\d+, lr=0\.2 not measured; "
    assert re.search(floor, " ".join(capfd.readouterr().out.split()))
