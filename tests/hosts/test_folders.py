"""A study's folder: where records lie, whatever the app does with Hydra's folders."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_each_trial_has_a_folder_named_after_its_change(host):
    app = host("plain")
    assert app.sweep("lr=0.5,1", "model=linear,forest").status == 0
    root = app.study.root
    assert app.left == ["multirun"]
    assert root.parent.parent.name == "multirun"  # Hydra's own place
    folders = sorted(path.name for path in root.iterdir() if path.is_dir())
    assert folders == ["lr=0.5", "lr=1", "model=forest", "reference"]
    for folder in folders:
        assert sorted(path.name for path in (root / folder).iterdir()) == [".hydra", "app.log", "record.json"]


def test_a_second_study_in_a_fixed_folder_never_touches_the_first(host):
    app = host("plain")
    fixed = "hydra.sweep.dir=studies/lr"
    assert app.sweep("lr=0.5,1", fixed).status == 0
    before = {path: path.read_bytes() for path in app.root.rglob("studies/lr/**/*") if path.is_file()}
    ended = app.sweep("lr=0.75,1", fixed)
    assert ended.status == 0
    assert "Study: studies/lr-2" in ended.out
    first, second = app.studies
    assert {path: path.read_bytes() for path in app.root.rglob("studies/lr/**/*") if path.is_file()} == before
    assert (first.root.name, second.root.name) == ("lr", "lr-2")
    assert list(second.statuses) == ["lr=0.75", "lr=1", "reference"]
    assert sorted(path.name for path in second.root.iterdir() if path.is_dir()) == ["lr=0.75", "lr=1", "reference"]
    assert first.id != second.id


def test_the_folder_that_the_app_is_started_in_is_no_studys(host):
    app = host("plain")
    ended = app.sweep("lr=0.5,1", "hydra.sweep.dir=.")
    assert ended.status == 1
    own = "give the study a folder of its own: hydra.sweep.dir=PATH"
    assert f"oneaxis: . is the folder that the command is typed in; {own}" in ended.said
    assert app.left == []


@pytest.mark.parametrize("more", [[], ["hydra.sweeper.reference=false"]])
def test_records_lie_in_the_study_where_each_trial_would_name_another_folder_for_it(host, more):
    app = host("plain")
    ended = app.sweep(
        "lr=0.5,1", "hydra.sweep.dir=runs/${lr}", "hydra.sweep.subdir=x/${hydra.sweeper.job.folder}", *more
    )
    assert ended.status == 0, ended
    root = app.study.root
    assert root == app.root / "runs" / "0.25"
    records = sorted(path.parent for path in app.root.rglob("record.json"))
    assert records == sorted(root / record["folder"] for record in app.study.records.values())
    assert len(records) == (2 if more else 3)
    assert all(record["environment"]["packages"] for record in app.study.records.values()), "written by the job itself"


def test_job_folders_that_the_app_names_are_left_to_it(host):
    app = host("plain")
    ended = app.sweep("lr=0.5,1", "hydra.sweep.subdir=job/${hydra.job.num}")
    assert ended.status == 0, ended
    assert sorted(path.name for path in (app.study.root / "job").iterdir()) == ["0", "1", "2"]
    assert app.study.statuses == {"reference": "finished", "lr=0.5": "finished", "lr=1": "finished"}
    assert app.python("-m", "oneaxis.cli", "compare").status == 0


def test_a_job_that_starts_in_its_own_folder(host):
    app = host("looks")
    ended = app.sweep("lr=1,2", "hydra.job.chdir=true", "hydra.sweeper.seeds=2")
    assert ended.status == 0, ended
    assert set(app.study.metric("started_in_its_folder").values()) == {1.0}
    assert len(app.study.records) == 6
    for name in ("reference,seed=0", "lr=2,seed=1"):
        assert (app.study.root / name / "record.json").exists()


@pytest.mark.parametrize(
    "subdir, of_the_reference, of_a_deviation",
    [
        # As Hydra's documentation has it, where the reference's would be /seed=1; `away` keeps a fault in this test.
        ("${hydra.job.override_dirname}{away}/seed=${seed}", "reference{away}/seed=1", "lr=1{away}/seed=1"),
        ("${hydra:job.override_dirname}{away}/job", "reference{away}/job", "lr=1{away}/job"),
        ("${hydra.job.override_dirname}", "reference", "lr=1"),
        ("./${hydra.job.override_dirname}", "reference", "lr=1"),
    ],
)
def test_the_reference_never_leaves_the_study_for_lack_of_overrides(host, subdir, of_the_reference, of_a_deviation):
    app = host("plain")
    away = str(app.root / "away")
    named = [text.replace("{away}", away) for text in (subdir, of_the_reference, of_a_deviation)]
    ended = app.sweep(
        "lr=0.5,1",
        f"hydra.sweep.subdir='{named[0]}'",
        "hydra.job.config.override_dirname.exclude_keys=[seed]",
        "hydra.sweeper.seeds=2",
        "hydra.sweeper.controls=[repeat]",
    )
    assert ended.status == 0, ended
    assert set(app.study.statuses.values()) == {"finished"}
    assert not Path(away).exists()
    root = app.study.root
    for folder in (named[1], named[2], named[1].replace("reference", "repeat", 1)):
        assert (root / folder / ".hydra").is_dir(), sorted(root.iterdir())
    assert not (root / ".hydra").exists()


def test_job_folders_that_the_app_puts_elsewhere_stay_there(host):
    app = host("plain")
    away = app.root / "away"
    subdir = f"hydra.sweep.subdir={away}/${{hydra.job.override_dirname}}"
    assert app.sweep("lr=0.5,1", subdir).status == 0
    assert sorted(path.name for path in away.iterdir()) == [".hydra", "app.log", "lr=0.5", "lr=1"]


def test_a_deviation_on_a_key_that_names_no_folder_stays_in_the_study(host):
    app = host("plain")
    subdir = f"hydra.sweep.subdir=${{hydra.job.override_dirname}}{app.root}/away"
    ended = app.sweep("lr=0.5,1", subdir, "hydra.job.config.override_dirname.exclude_keys=[lr]")
    assert ended.status == 0, ended
    assert app.left == ["multirun"]
    for name in ("reference", "lr=0.5", "lr=1"):
        assert (app.study.root / f"{name}{app.root}/away" / ".hydra").is_dir()
