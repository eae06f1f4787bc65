"""`oneaxis data`, `reproduce` and `status` on an app that somebody else wrote, as they are typed."""

from __future__ import annotations

import json

import pytest

from oneaxis import cli


@pytest.fixture(scope="module")
def app(shared_host, make_store):
    """The app after one look at its data and one go at its claims."""
    app = shared_host("claims")
    (app.root / "pyproject.toml").write_text('[tool.oneaxis]\napp = "app.py"\ndata = "rows:data"\n')
    app.store = make_store()
    app.before = app.python("-m", "oneaxis.cli", "status")
    app.looked = app.python("-m", "oneaxis.cli", "data", "--output", "looked", MLFLOW_TRACKING_URI=app.store.uri)
    app.reproduced = app.python("-m", "oneaxis.cli", "reproduce")
    app.after = app.python("-m", "oneaxis.cli", "status")
    return app


def test_data_finds_the_rows_that_two_parts_share(app):
    assert app.looked.status == 0, app.looked.err
    assert app.looked.out.startswith("problem: 2 rows of test are also in train (6.7 % of test): 0, 1\n")
    assert app.looked.out.endswith("Page: looked/data.html\n")
    page = (app.root / "looked" / "data.html").read_text()
    assert page.index("2 rows of test are also in train") < page.index("<img")
    assert "src='http" not in page
    assert "<link" not in page
    for name in ("classes", "features", "metadata", "neighbours"):
        assert (app.root / "looked" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_look_at_the_data_is_an_mlflow_run(app):
    [run] = app.store.all_runs
    assert run.info.run_name == "data: rows"
    assert run.data.tags["oneaxis.role"] == "data"
    assert run.data.metrics["data.problems"] == 1
    assert run.data.params["threshold"] == "0.5"


def test_claims_are_answered_and_one_that_fails_is_exit_status_1(app):
    assert app.reproduced.status == 1
    said = app.reproduced.said
    assert "whole: reproduced: 4, against 4 of 4; all 4 cells of the confusion matrix equal" in said
    assert "spread: reproduced: 1.0000 [0.9752, 1.0248] over 3 seeds, against 1 ± 0.03" in said
    assert "wrong: not reproduced: 3, against 4 (-1)" in said


def test_a_claims_study_is_recorded_like_any_with_its_answer(app):
    answers = {path.parent: json.loads(path.read_text()) for path in app.root.rglob("claim.json")}
    assert len(answers) == 3
    for folder, answer in answers.items():
        seeds = answer["claim"]["seeds"] or [0]
        assert len(list(folder.rglob("record.json"))) == len(seeds)


def test_status_before_says_to_look_at_the_data(app):
    assert app.before.status == 0, app.before.err
    assert "data not looked at yet" in app.before.said
    assert "claims none of 3 reproduced at this reference" in app.before.said
    assert app.before.out.endswith("  oneaxis data\n")


def test_status_after_knows_all_on_one_screen(app):
    said = app.after.said
    assert "looked at " in said
    assert "1 problem, 0 notices (looked)" in said
    assert "2 of 3 reproduced; wrong not reproduced" in said
    assert "floor threshold=-1 not measured, threshold=0.3 not measured" in said
    assert "findings nothing was tried yet" in said
    assert "python app.py -m axes=ladder" in said
    lines = app.after.out.splitlines()
    assert len(lines) <= 24
    assert [line for line in lines if len(line) > 80] == []
    assert "\x1b" not in app.after.out


def test_a_study_of_tuning_alone_is_remarked_and_its_end_names_the_claims(app):
    declared = "hydra.sweeper.roles={tuning:[threshold]}"
    ended = app.python("app.py", "-m", declared, "hydra.sweeper.tracking=null")
    assert ended.status == 0, ended.err
    assert "note: threshold: tuning, and no structure (data, features, model) was compared" in ended.said
    assert "no claim of the reference is reproduced" not in ended.said
    assert "claims: 2 of 3 reproduced; wrong not reproduced" in ended.said


@pytest.mark.parametrize(
    "typed, reason",
    [
        (["reproduce", "none"], "config has no claim `none`; it has whole, spread, wrong"),
        (["data", "--data", "rows:nothing"], "rows:nothing can't be found"),
        (["data", "--data", "app:LABELS"], "app:LABELS failed: TypeError"),
    ],
)
def test_what_is_not_there_is_exit_status_2(app, typed, reason, monkeypatch, capsys):
    monkeypatch.chdir(app.root)
    assert cli.main(typed) == 2
    assert reason in capsys.readouterr().err


def test_status_stands_although_the_apps_own_axes_do_not_fit(app):
    conf = app.root / "conf"
    (conf / "odd.yaml").write_text((conf / "config.yaml").read_text().replace("axes: default", "axes: odd"))
    (conf / "axes" / "odd.yaml").write_text("# @package hydra.sweeper\naxes:\n  gamma: {times: [10]}\n")
    # A ladder of its own goes before that of all.
    (conf / "axes" / "ladder_odd.yaml").write_text("# @package hydra.sweeper\naxes:\n  threshold: [0.7]\n")
    ended = app.python("-m", "oneaxis.cli", "status", "--config-name", "odd")
    assert ended.status == 0, ended.err
    assert "floor threshold=0.7 " in ended.said
    assert "axes its own study can't be planned: " in ended.said
    assert "`gamma`" in ended.said
    assert "its own axes weren't measured" not in ended.said


def test_claims_that_share_a_study_keep_an_answer_each(host, monkeypatch, capfd):
    app = host("claims")
    monkeypatch.chdir(app.root)
    (app.root / "pyproject.toml").write_text('[tool.oneaxis]\napp = "app.py"\n')
    config = app.root / "conf" / "config.yaml"
    config.write_text(f"{config.read_text()}  sweep: {{dir: sweeps}}\n")
    one = "{source: a paper, kind: count, metric: correct, value: 4}"
    (app.root / "conf" / "claims" / "config.yaml").write_text(f"one: {one}\ntwo: {one.replace('4', '3')}\n")
    assert cli.main(["reproduce"]) == 1
    assert sorted(json.loads(path.read_text())["claim"]["name"] for path in app.root.glob("sweeps/claim*")) == [
        "one", "two",
    ]  # fmt: skip
    assert json.loads((app.root / "sweeps" / "claim.json").read_text())["claim"]["name"] == "one"
    assert cli.main(["reproduce", "one"]) == 0
    capfd.readouterr()
    assert cli.main(["status"]) == 0
    assert "claims     1 of 2 reproduced; two not reproduced\n" in capfd.readouterr().out


def test_a_file_of_claims_that_can_not_be_read_stops_no_study_but_reproduce(host, monkeypatch, capfd):
    app = host("claims")
    monkeypatch.chdir(app.root)
    (app.root / "pyproject.toml").write_text('[tool.oneaxis]\napp = "app.py"\n')
    claims = app.root / "conf" / "claims" / "config.yaml"
    mean = "paper: {source: x, kind: mean, metric: val_score, value: 1, tolerance: 0.1, seeds: SEEDS}\n"
    claims.write_text(mean.replace("SEEDS", '"0,1,2"'))
    why = "claim `paper`: seeds is '0,1,2'; give how many (seeds: 5) or which (seeds: [0, 1, 2])"
    ended = app.python("app.py", "-m", "threshold=choice(0.3)")
    assert ended.status == 0, ended.err
    assert "note: the reference's claims are left aside: " in ended.said
    assert why in ended.said
    assert cli.main(["status"]) == 0
    assert why in " ".join(capfd.readouterr().out.split())
    assert cli.main(["reproduce"]) == 2
    assert f"oneaxis: {claims}: {why}" in capfd.readouterr().err
    claims.write_text(mean.replace("SEEDS", "3"))
    assert cli.main(["reproduce"]) == 0
    assert "paper: reproduced: 1.0000 [1.0000, 1.0000] over 3 seeds" in capfd.readouterr().out
