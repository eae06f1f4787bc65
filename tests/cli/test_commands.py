"""`oneaxis` as it is typed: what each command prints and its exit status."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from oneaxis import cli

COMMANDS = ["plan", "compare", "resume", "sync"]  # each of a study
ALL = [*COMMANDS, "report", "init", "data", "reproduce", "status", "promote", "lineage", "findings"]


@pytest.fixture(scope="module")
def studied(shared_host):
    """An app with three studies, in this order: a good one, one with a failed trial, and a single run."""
    app = shared_host("endings")
    assert app.sweep("+extra=1,2", "hydra.sweep.dir=studies/good").status == 0
    assert app.sweep("ending=raise,good", "+extra=choice(1)", "hydra.sweep.dir=studies/failed").status == 1
    single = ["hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null", "hydra/callbacks=oneaxis"]
    assert app.python("app.py", *single).status == 0
    return app


@pytest.fixture
def here(studied, monkeypatch):
    """Typed in the app's folder."""
    monkeypatch.chdir(studied.root)
    return studied.root


@pytest.mark.parametrize("command", [[], *([name] for name in ALL)])
def test_help_is_one_screen_and_good(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(" ".join(["usage: oneaxis", *command]))
    assert len(shown.splitlines()) < 24
    if not command:
        assert [name for name in ALL if not re.search(rf"\n    {name}\s", shown)] == []


@pytest.mark.parametrize(
    "typed", [[], ["plot"], ["plan", "one", "two"], ["compare", "--colour"], ["compare", "--sort", "size"]]
)
def test_bad_usage_is_exit_status_2(typed, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(typed)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: oneaxis")


def test_plan_shows_each_trials_single_change(here, capsys):
    assert cli.main(["plan", "studies/good"]) == 0
    shown = capsys.readouterr().out
    assert "Plan: 3 trials = (the reference + 2 deviations) × 1 seed" in shown
    assert "  extra: (absent) → 2" in shown


def test_compare_shows_reference_and_differences(here, capsys):
    assert cli.main(["compare", "studies/good"]) == 0
    shown = capsys.readouterr().out
    assert "Study: studies/good" in shown
    assert any(line.split()[:6] == ["≡", "extra", "(absent)", "→", "2", "1.000"] for line in shown.splitlines()), shown
    assert "is extra wired?" in " ".join(shown.split())


def test_compare_answers_no_when_a_trial_has_no_result(here, capsys):
    assert cli.main(["compare", "studies/failed"]) == 1
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert any(line.startswith("≡ extra (absent) → 1 1.000 0.000 ") for line in lines), lines
    assert any(line.startswith("! ending good → raise failed") for line in lines), lines
    assert lines[-2:] == [
        "failed: ending=raise: ValueError: the data are gone",
        "To run these, and only these: oneaxis resume studies/failed",
    ]


def test_several_studies_are_shown_one_after_another_and_one_lack_is_enough_for_no(here, capsys):
    assert cli.main(["compare", "studies/good", "studies/failed"]) == 1
    shown = capsys.readouterr().out
    assert shown.index("Study: studies/good") < shown.index("Study: studies/failed")


def test_compare_writes_markdown_and_json(here, capsys):
    assert cli.main(["compare", "studies/good", "--format", "markdown", "--sort", "axis"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("|---|")
    assert len(lines) == 5

    assert cli.main(["compare", "studies/good", "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["schema"] == 1
    assert [row["verdict"] for row in content["rows"]] == ["identical", "identical"]
    left = json.loads((here / "studies" / "good" / "comparison.json").read_text())
    assert left["rows"] == content["rows"]


def test_a_gate_ends_with_exit_status_1_and_says_why(here, capsys):
    assert cli.main(["compare", "studies/good", "--fail-if", "worse"]) == 0
    assert cli.main(["compare", "studies/good", "--fail-if", "0.1"]) == 0, "identical rows lose nothing"
    assert cli.main(["compare", "studies/good", "--fail-if=-1%"]) == 0
    assert cli.main(["compare", "studies/failed", "--fail-if", "0.1"]) == 1
    assert (
        "gate not passed, studies/failed: ending: good → raise: may be worse by more than 0.1"
        in capsys.readouterr().err
    )
    assert cli.main(["compare", "studies/good", "--fail-if", "bad"]) == 2
    assert "--fail-if is 'bad'; give worse, or the largest loss" in capsys.readouterr().err


def test_another_metric_is_shown_and_an_unknown_one_named(here, capsys):
    assert cli.main(["compare", "studies/good", "--metric", "nope"]) == 2
    assert "returned `nope`; it has " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["plan", "compare"])
def test_without_a_folder_the_newest_study_is_meant_and_single_runs_are_none(here, command, capsys):
    cli.main([command])
    shown = capsys.readouterr().out
    assert "good → raise" in shown


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "folder, reason",
    [("nowhere", "holds no study"), ("studies", "holds no study"), ("app.py", "holds no study")],
)
def test_a_folder_without_a_study_is_exit_status_2(here, command, folder, reason, capsys):
    assert cli.main([command, folder]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("oneaxis: ")
    assert folder in said.err
    assert reason in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_no_study_anywhere_says_how_to_start_one(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main([command]) == 2
    assert "start one (python train.py -m) or name its folder" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": 99}'])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_study_is_said_in_one_line(here, tmp_path, command, content, capsys):
    study = shutil.copytree("studies/good", tmp_path / "study")
    (study / "study.json").write_text(content)
    assert cli.main([command, str(study)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert str(study / "study.json") in line


def test_a_damaged_record_is_named_and_counts_as_missing(here, tmp_path, capsys):
    study = shutil.copytree("studies/good", tmp_path / "study")
    (study / "extra=1" / "record.json").write_text('{"schema": 1, "study": "a')
    assert cli.main(["compare", str(study)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "missing: extra=1: it left no record" in lines
    assert any(line.startswith(f"skipped, counted as missing: {study / 'extra=1' / 'record.json'}") for line in lines)
    assert lines[-1] == f"To run these, and only these: oneaxis resume {study}"


@pytest.mark.parametrize(
    "typed, status", [(["--help"], 0), (["compare", "studies/good"], 0), (["compare"], 1), (["plan", "x"], 2)]
)
def test_the_exit_status_reaches_the_shell(studied, typed, status):
    assert studied.python("-m", "oneaxis.cli", *typed).status == status


def test_the_command_is_installed(studied):
    shown = studied.python("-c", "import importlib.metadata as m; print(*m.entry_points(name='oneaxis'))").out
    assert "oneaxis.cli:main" in shown


URI, PRIVATE = "MLFLOW_TRACKING_URI", "http://***@127.0.0.1:9"


@pytest.mark.parametrize(
    "kept, environment, said",
    [
        (PRIVATE, {}, "tracking server http://127.0.0.1:9 can't be reached"),
        (PRIVATE, {URI: "http://u:pw@127.0.0.1:8"}, "tracking server http://***@127.0.0.1:8 can't be reached"),
        ("postgresql://***@h/db", {URI: "http://127.0.0.1:8"}, "tracking server http://127.0.0.1:8 can't be reached"),
        ("mysql://h/db?passwd=***", {}, "doesn't keep the password of its store, mysql://h/db?passwd=***; set "),
    ],
)
def test_sync_of_a_study_whose_store_had_a_password(studied, tmp_path, kept, environment, said):
    content = json.loads((studied.root / "studies/good/study.json").read_text())
    content["tracking"]["uri"] = kept
    (tmp_path / "study.json").write_text(json.dumps(content))
    ended = studied.python("-m", "oneaxis.cli", "sync", str(tmp_path), **environment)
    assert ended.status == 2
    assert said in ended.said


def test_sync_says_where_it_can_not_write(here, capsys):
    assert cli.main(["sync", "studies/good", "--tracking", "http://me:secret@127.0.0.1:9"]) == 2
    said = capsys.readouterr().err
    assert "tracking server http://***@127.0.0.1:9 can't be reached" in said
    assert "secret" not in said
