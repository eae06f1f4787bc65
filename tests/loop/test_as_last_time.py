"""What a study was told on its command line, the commands that follow it know, too."""

from __future__ import annotations

import os
import shlex
from types import SimpleNamespace

import pytest
import yaml
from tests.conftest import NOT_INHERITED

from oneaxis import cli
from oneaxis.loop.app import App
from oneaxis.loop.not_promoted import _as_primary_config
from oneaxis.loop.reference import reference_now
from oneaxis.study.claim import take

FILE = ["+axes=judged"]
FORCED = ["--force", "--reason", "every seed shows the same"]
TYPED = [
    "lr=choice(0.2)", "hydra.sweeper.seeds=5",
    "hydra.sweeper.seed_key=random_state", "hydra.sweeper.policy.metric=gain",
    "hydra.sweeper.policy.direction=maximize", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false",
]  # fmt: skip


@pytest.fixture(params=[FILE, TYPED], ids=["file", "typed"])
def ran(host, request, monkeypatch):
    app = host("asks")
    ended = app.python("app.py", "-m", "hydra/sweeper=oneaxis", *request.param, "data_root=/data")
    assert ended.status == 0, ended
    monkeypatch.chdir(app.root)
    for name in [name for name in os.environ if name.startswith(NOT_INHERITED)]:
        monkeypatch.delenv(name)  # a study goes on only in the environment that it began in
    return app, request.param


def test_a_promotion_is_judged_as_its_study_was_and_what_is_open_is_filled(ran, capfd):
    app, given = ran
    assert cli.main(["findings"]) == 0
    assert "fresh (1):" in capfd.readouterr().out
    assert cli.main(["promote", "lr=0.2"]) == 0
    said = capfd.readouterr().out
    assert "On fresh seeds, gain:" in said
    assert "random_state=8" in said
    assert not (app.root / "mlflow.db").exists()
    assert "lr: 0.2" in (app.root / "conf" / "config.yaml").read_text()

    assert cli.main(["lineage", "--reverse"]) == 0
    line = capfd.readouterr().out.splitlines()[-1]
    assert line.startswith("  python app.py ")
    for word in ("hydra/sweeper=oneaxis", "data_root=/data", "'lr=choice(0.1)'", "hydra.sweeper.seeds=5"):
        assert word in line
    kept = ["+axes=judged hydra.sweeper.axes=null"] if given is FILE else TYPED[2:]
    assert all(word in line for word in kept)


def test_the_status_finds_the_study_whatever_its_seed_is_called_and_its_rest_comes_first(ran, capfd):
    app, _ = ran
    assert cli.main(["status"]) == 0
    assert "studies 1 at this reference, 0 at others" in " ".join(capfd.readouterr().out.split())
    next(app.study.root.glob("lr=0.2*/record.json")).unlink()
    assert cli.main(["status"]) == 0
    said = capfd.readouterr().out
    assert "next: the newest study was left before its end (1 trial, about " in said
    assert said.splitlines()[-1].startswith("  oneaxis resume multirun/")
    claim = take(app.study.root)
    assert cli.main(["status"]) == 0
    assert "oneaxis resume" not in capfd.readouterr().out, "somebody is at it"
    claim.release()
    assert cli.main(["resume"]) == 0
    capfd.readouterr()
    # One that failed would hold up all else: it may fail for ever.
    path = next(app.study.root.glob("lr=0.2*/record.json"))
    path.write_text(path.read_text().replace('"finished"', '"failed"'))
    assert cli.main(["status"]) == 0
    assert "oneaxis resume" not in capfd.readouterr().out


def test_no_line_asks_for_seeds_that_the_configuration_can_not_count(host):
    app = host("plain")
    config = app.root / "conf" / "config.yaml"
    config.write_text(config.read_text().replace("seed: 1", "seed: null"))
    reference = reference_now("app.py", app.root, None, None)
    assert reference.app == App(("app.py",), app.root, sweeper=("hydra/sweeper=oneaxis",))
    assert reference.seeds(5) == []


def test_a_winner_found_from_an_experiment_file_gets_to_be_promoted(host, monkeypatch, capfd):
    app = host("template")
    monkeypatch.chdir(app.root)
    study = ["hydra/sweeper=oneaxis", "model.optimizer.lr=choice(0.5)", "trainer.max_epochs=choice(6)"]
    study += ["hydra.sweeper.seeds=3", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false"]
    study += ["hydra.sweeper.policy.metric=val/acc", "hydra.sweeper.policy.metrics_file=csv/version_*/metrics.csv"]
    assert app.python("src/train.py", "-m", "experiment=wide", *study).status == 0
    assert cli.main(["promote", "trainer.max_epochs=6"]) == 2
    said = capfd.readouterr().err
    assert "`experiment=wide` can't be promoted, it isn't one change; give it a primary config of its own" in said

    # What it says, done to the letter.
    defaults = said.partition("NAME.yaml with `")[2].partition("`")[0]
    (app.root / "configs" / "broad.yaml").write_text(f"# @package _global_\n{defaults}\n")
    assert app.python("src/train.py", "--config-name", "broad", "-m", *study).status == 0
    for change in ("trainer.max_epochs=6", "model.optimizer.lr=0.5"):
        assert cli.main(["promote", change, "--dry-run", "--force", "--reason", "told by no seed"]) == 0
    shown = capfd.readouterr().out
    assert "+++ configs/experiment/wide.yaml" in shown, "which sets the epochs"
    assert "+++ configs/broad.yaml" in shown, "not the base that other experiments share"


@pytest.mark.parametrize("shift, says", [
    ("lr=0.3", "promote the shift first: oneaxis promote lr=0.3"),
    ("~name", "a promotion deletes nothing: do '~name' by hand, and measure again"),
])  # fmt: skip
def test_a_winner_from_a_shifted_reference_waits_for_the_shift(host, monkeypatch, capfd, shift, says):
    app = host("plain")
    monkeypatch.chdir(app.root)
    config = app.root / "conf" / "config.yaml"
    config.write_text(f"{config.read_text()}name: plain\n")
    assert app.sweep(shift, "model=choice(forest)").status == 0
    assert cli.main(["promote", "model=forest"]) == 2
    assert says in capfd.readouterr().err


@pytest.fixture
def opened(host, monkeypatch):
    """The app with two keys that count, one of them open, in its folder."""
    app = host("asks")
    monkeypatch.chdir(app.root)
    (app.root / "conf" / "config.yaml").write_text("data_root: /data\nlr: ???\nwidth: 2\nrandom_state: 3\n")
    script = app.root / "app.py"
    script.write_text(script.read_text().replace('"gain": cfg.lr', '"gain": cfg.lr + cfg.width * cfg.lr'))
    return app


def test_of_two_changes_the_open_ones_value_is_the_changed_one_when_they_are_measured_together(opened, capfd):
    typed = ["lr=0.1", "lr=choice(0.3)", "width=choice(3)", *TYPED[2:], "hydra.sweeper.seeds=3"]
    assert opened.python("app.py", "-m", "hydra/sweeper=oneaxis", *typed).status == 0
    assert cli.main(["promote", "lr=0.3", "width=3", *FORCED]) == 0
    [entry] = yaml.safe_load((opened.root / "conf" / "lineage.yaml").read_text())
    assert entry["values"] == {"reference": pytest.approx(0.3, abs=0.01), "promoted": pytest.approx(1.2, abs=0.01)}
    assert entry["before"] == {"lr": "???", "width": 2}
    capfd.readouterr()

    assert cli.main(["lineage", "--reverse"]) == 0
    said = capfd.readouterr().out
    assert "step 1 gave lr its first value: a sweep can't leave it open again" in said
    assert "'width=choice(2)'" in said
    assert "choice(???)" not in said
    assert cli.main(["promote", "lr=0.3", *FORCED]) == 2
    assert "`lr=0.3` is the reference already: there is nothing to promote" in capfd.readouterr().err


def test_the_next_study_is_told_what_is_the_questions_own(opened, capfd):
    (opened.root / "conf" / "axes" / "more.yaml").write_text("# @package hydra.sweeper\naxes: {width: [3]}\n")
    typed = ["+axes=[judged,more]", "lr=0.1", "random_state=4", "hydra.sweeper.timeout_minutes=1"]
    limits = ["hydra.sweeper.max_trials=99", "hydra.sweeper.max_minutes=9"]
    study = ["-m", "--config-name=config", "hydra/sweeper=oneaxis", *typed, *limits]
    assert opened.python("app.py", *study).status == 0
    assert cli.main(["promote", "width=3", "--dry-run", *FORCED]) == 0
    line = next(line for line in capfd.readouterr().out.splitlines() if line.startswith("  python "))
    expected = ["'+axes=[judged,more]'", "hydra.sweeper.axes=null", "hydra.sweeper.timeout_minutes=1", "lr=0.1"]
    assert [word for word in expected if word not in line] == []
    assert "max_" not in line
    assert "random_state" not in line


def test_a_study_of_another_primary_config_tells_the_apps_own_nothing(opened, capfd):
    (opened.root / "conf" / "other.yaml").write_text("data_root: /data\nlr: 0.1\nwidth: 2\nrs: 3\nrandom_state: 1\n")
    ours = ["-m", "hydra/sweeper=oneaxis", "hydra.sweeper.report=false", "hydra.sweeper.tracking=null"]
    ours += ["hydra.sweeper.policy.metric=gain", "hydra.sweeper.policy.direction=maximize", "width=choice(3)"]
    own = [*ours, "lr=0.1", "hydra.sweeper.seed_key=random_state", "hydra.sweeper.seeds=2"]
    assert opened.python("app.py", *own).status == 0
    assert opened.python("app.py", "--config-name=other", *ours, "hydra.sweeper.seed_key=rs", "lr=0.2").status == 0
    assert cli.main(["status"]) == 0
    assert "1 at this reference, 1 at others" in " ".join(capfd.readouterr().out.split())
    assert cli.main(["promote", "width=3", "--config-name", "config"]) == 2
    assert "`width=3` has no verdict" in capfd.readouterr().err, "at this reference, whatever is newer"
    assert cli.main(["promote", "width=3", "--config-name", "other"]) == 2
    assert "promote the shift first: oneaxis promote lr=0.2 --config-name other" in capfd.readouterr().err


def test_an_app_without_a_config_has_the_reference_that_was_typed_last(host, monkeypatch, capfd):
    app = host("bare")
    monkeypatch.chdir(app.root)
    assert cli.main(["findings", "--app", "app.py"]) == 0
    said = capfd.readouterr().out
    assert said.startswith("Reference (no config), ")
    assert said.endswith("hydra/sweeper=oneaxis +KEY=VALUE,VALUE\n")
    ours = ["-m", "hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false"]
    for typed in (["+lr=0.1", "lr=choice(0.2,0.3)"], ["+lr=0.15", "lr=choice(0.4)", "hydra.sweeper.seeds=2"]):
        assert app.python("app.py", *ours, "+seed=0", *typed).status == 0
    assert cli.main(["findings", "--refresh"]) == 0
    said = capfd.readouterr().out
    assert said.startswith("Reference (no config; +seed=0 +lr=0.15), ")
    line = said.splitlines()[-1]
    wanted = " ".join(ours) + " 'lr=choice(0.2,0.3)' hydra.sweeper.seeds=5 +seed=0 +lr=0.15"
    assert line == f"  python app.py {wanted}"
    assert app.python(*shlex.split(line)[1:]).status == 0
    assert cli.main(["findings", "--refresh"]) == 0
    assert capfd.readouterr().out.endswith("\nNothing is stale.\n")
    assert cli.main(["status"]) == 0
    said = " ".join(capfd.readouterr().out.split())
    assert said.startswith("reference (no config; +seed=0 +lr=0.15) first run ")
    assert "2 at this reference, 1 at others" in said
    assert "oneaxis data +seed=0 +lr=0.15 --data MODULE:FUNCTION" in said

    studies = len(app.studies)
    for more in ([], FORCED, [*FORCED, "--dry-run"]):
        assert cli.main(["promote", "lr=0.2", *more]) == 2
        said = capfd.readouterr().err
        assert "no config file that a promotion could edit: write what is typed (+seed=0 +lr=0.15) into conf/" in said
    assert cli.main(["lineage"]) == 2
    assert cli.main(["reproduce"]) == 2
    assert "no config file for claims to stand beside" in capfd.readouterr().err
    assert len(app.studies) == studies

    # What it says, done to the letter.
    (app.root / "conf").mkdir()
    (app.root / "conf" / "config.yaml").write_text("seed: 0\nlr: 0.15\n")
    script = app.root / "app.py"
    named = '@hydra.main(config_path="conf", config_name="config", version_base=None)'
    script.write_text(script.read_text().replace("@hydra.main(version_base=None)", named))
    assert cli.main(["promote", "lr=0.2", *FORCED, "--dry-run"]) == 0
    said = capfd.readouterr().out
    assert "'lr=choice(0.2)'" in said
    assert "+lr: 0.2" in said


def test_what_is_added_stands_before_what_is_overridden_as_hydra_wants_it():
    reference = SimpleNamespace(planned=SimpleNamespace(config_name="train.yaml"))
    shifts = ["model=wide", "+extra=more", "lr=0.3"]
    told = _as_primary_config(shifts[:2], shifts, reference)
    assert "`defaults: [train, extra: more, override model: wide, _self_]` and beside them lr=0.3, and study" in told
