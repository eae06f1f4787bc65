"""Which folder a study gets: its own from before, a new one, or one beside what is there."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.planning.asked import axis
from tests.study.examples import record, study

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.study.claim import take
from oneaxis.study.folder import STUDY_FILE, StudyFolder
from oneaxis.study.place import find_place, place_of_run, resumed_place
from oneaxis.study.same import complete, differences
from oneaxis.vocabulary import Policy


def same(_, there):
    return differences(there, study().plan, study().policy)


def left(root, content=None):
    """A study that was left behind in a folder."""
    folder = StudyFolder(root)
    root.mkdir(parents=True, exist_ok=True)
    folder.write_study(content or study())
    return folder


def test_a_folder_is_made_with_its_parents(tmp_path):
    place = find_place(tmp_path / "a" / "b", same)
    assert (place.folder.root, place.earlier, place.notes) == (tmp_path / "a" / "b", None, ())


def test_a_folder_that_holds_no_study_is_taken_as_it_is(tmp_path):
    (tmp_path / "kept.txt").write_text("x")
    assert find_place(tmp_path, same).folder.root == tmp_path
    assert (tmp_path / "kept.txt").exists()


def test_the_same_study_goes_on_in_its_folder(tmp_path):
    left(tmp_path / "study")
    place = find_place(tmp_path / "study", same)
    assert (place.folder.root, place.earlier.id) == (tmp_path / "study", "abc")


def test_another_study_gets_a_folder_beside_and_that_is_said(tmp_path):
    folder = left(tmp_path / "study", study(axis("lr", "0.7")))
    before = folder.study_file.read_bytes()
    place = find_place(tmp_path / "study", same)
    assert (place.folder.root.name, place.earlier) == ("study-2", None)
    [note] = place.notes
    assert note.startswith(f"{tmp_path / 'study'} holds another study (not planned any more: lr=0.7, seed 0); ")
    assert note.endswith("this one gets a folder beside it")
    assert folder.study_file.read_bytes() == before


def test_a_study_beside_is_found_again(tmp_path):
    left(tmp_path / "study", study(axis("lr", "0.7")))
    left(tmp_path / "study-2")
    assert find_place(tmp_path / "study", same).earlier is not None


def test_a_folder_in_use_is_left_alone_even_by_the_same_study(tmp_path):
    left(tmp_path / "study")
    take(tmp_path / "study")
    place = find_place(tmp_path / "study", same)
    assert place.folder.root.name == "study-2"
    assert f"{tmp_path / 'study'} is in use (process {os.getpid()} on " in place.notes[0]


@pytest.mark.parametrize("content", ["", "{", '{"schema": 1}', '{"schema": 99}'])
def test_a_damaged_study_is_named_and_left_as_it_is(tmp_path, content):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / STUDY_FILE).write_text(content)
    place = find_place(tmp_path / "study", same)
    assert place.folder.root.name == "study-2"
    assert str(tmp_path / "study" / STUDY_FILE) in place.notes[0]
    assert (tmp_path / "study" / STUDY_FILE).read_text() == content


@pytest.mark.parametrize("below", ["file", "file/study", "file/deeper/study", "x" * 300])
def test_a_folder_that_cannot_be_made_is_named_with_the_fix(tmp_path, below):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FolderUnusable) as caught:
        find_place(tmp_path / below, same)
    assert str(caught.value).startswith(f"the study's folder {tmp_path / below} can't be written (")
    assert str(caught.value).endswith("choose another: hydra.sweep.dir=PATH")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(FolderUnusable, match="can't be written"):
        find_place(tmp_path / "study", same)
    tmp_path.chmod(0o700)


# -- folders that belong to something else ---------------------------------------------------------


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project in which a command is typed, with a study and the folder of another project."""
    here = tmp_path / "project" / "typed"
    for path in (here / "conf", here / "other" / ".git"):
        path.mkdir(parents=True)
    left(here / "studies" / "st", study(axis("lr", "0.7")))
    monkeypatch.chdir(here)
    return {here / "conf": "the app's configuration", here: "where this is typed", here.parent: "the project's"}


OWN = "; give the study a folder of its own: hydra.sweep.dir=PATH"


@pytest.mark.parametrize(
    "wanted, said",
    [
        ("", ". is where this is typed"),
        (".", ". is where this is typed"),
        ("studies/..", "studies/.. is where this is typed"),
        ("..", ".. is the project's"),
        ("../..", "../.. holds the app's configuration"),
        ("/", "/ holds the app's configuration"),
        ("conf", "conf is the app's configuration"),
        ("other", "other is a project's folder (it holds .git)"),
        ("studies/st/lr=0.7", "studies/st/lr=0.7 lies in the folder of a study, {here}/studies/st"),
        (
            "studies/st/deeper/and/deeper",
            "studies/st/deeper/and/deeper lies in the folder of a study, {here}/studies/st",
        ),
    ],
)
def test_a_folder_of_something_else_is_no_studys(project, tmp_path, wanted, said):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FolderUnusable) as caught:
        find_place(Path(wanted), same, project)
    assert str(caught.value) == said.format(here=Path.cwd()) + OWN
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("wanted, used", [("studies", "studies"), ("conf/x", "conf/x"), ("../runs", "../runs")])
def test_any_other_folder_is_as_good_as_before(project, wanted, used):
    assert find_place(Path(wanted), same, project).folder.root == Path(used)


def test_a_study_that_is_there_since_before_goes_on_wherever_it_lies(project):
    left(Path.cwd())
    assert find_place(Path(), same, project).earlier.id == "abc"
    # And hides nothing from studies below it.
    assert find_place(Path("new"), same, project).folder.root == Path("new")


def test_a_name_beside_is_found_for_a_folder_that_is_named_by_its_parent(project):
    left(Path.cwd() / "away" / "st", study(axis("lr", "0.7")))
    (Path.cwd() / "away" / "st" / "deeper").mkdir()
    place = find_place(Path("away/st/deeper/.."), same, project)
    assert place.folder.root == Path.cwd() / "away" / "st-2"


# -- single runs -----------------------------------------------------------------------------------


def run(wanted, kept):
    folder, made, reason = place_of_run(Path(wanted), Path("elsewhere"), kept, lambda _: study())
    assert folder.read_study().id == made.id
    return str(folder.root), reason


def test_no_run_writes_where_anything_of_ours_lies(project):
    studies = Path("studies/st/study.json").read_bytes()
    assert run("free", project) == ("free", "")
    assert run("free", project) == ("free-2", "free holds another run or study")
    assert run("studies/st", project) == ("studies/st-2", "studies/st holds another run or study")
    assert run("studies/st/lr=0.7", project)[0] == "elsewhere"
    assert run(".", project) == ("elsewhere-2", ". is where this is typed")
    assert run(".", project) == ("elsewhere-3", ". is where this is typed")
    Path("trial").mkdir()
    Path("trial/record.json").write_text('{"schema": 1, "study": "s", "folder": "trial"}')
    assert run("trial", project)[0] == "trial-2"
    Path("tasks").mkdir()
    Path("tasks/record.json").touch()  # a file of the task's own
    assert run("tasks", project)[0] == "tasks"
    Path("begun").mkdir()
    take(Path("begun"))
    assert run("begun", project)[0] == "begun-2"
    assert Path("studies/st/study.json").read_bytes() == studies


# -- a study that was asked for by name ------------------------------------------------------------


def test_a_study_asked_for_goes_on_only_as_the_same(tmp_path):
    left(tmp_path, study(axis("lr", "0.7")))
    with pytest.raises(FolderUnusable) as caught:
        resumed_place(tmp_path, same)
    assert f"{tmp_path} can't go on as the same study; it differs in\n    not planned any more: lr=0.7" in str(
        caught.value
    )
    assert "revert that to go on, or start a new study" in str(caught.value)


def test_a_study_asked_for_that_runs_is_left_to_its_process(tmp_path):
    left(tmp_path)
    take(tmp_path)
    with pytest.raises(FolderUnusable, match="runs right now"):
        resumed_place(tmp_path, same)


def test_a_study_asked_for_that_is_damaged_is_named(tmp_path):
    (tmp_path / STUDY_FILE).write_text("{")
    with pytest.raises(BadRecord, match="damaged"):
        resumed_place(tmp_path, same)


# -- the same study --------------------------------------------------------------------------------


def test_what_was_written_and_read_is_the_same(tmp_path):
    assert differences(left(tmp_path).read_study(), study().plan, study().policy) == ()


@pytest.mark.parametrize(
    "other, said",
    [
        (study("twice=5"), "the reference's twice: 5 → ${lr}"),
        (study(axis("lr", "0.5")), "planned now only: lr=0.9, seed 0"),
        (study(seeds=(3, 1)), "not planned any more: reference, seed 3"),
        (replace(study(), policy=Policy("loss")), "hydra.sweeper.policy: "),
    ],
)
def test_what_differs_is_named(other, said):
    assert any(line.startswith(said) for line in differences(other, study().plan, study().policy))


def test_a_study_is_complete_when_each_trial_has_a_finished_record():
    found = study()
    records = {trial.index: record(trial) for trial in found.plan.trials}
    assert complete(found, records)
    assert not complete(found, {**records, 1: record(found.plan.trials[1], "failed")})
    assert not complete(found, {0: records[0]})
