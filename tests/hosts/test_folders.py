"""A study's folder: where records lie, whatever the app does with Hydra's folders."""

from __future__ import annotations


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
