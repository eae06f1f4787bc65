"""A study's folder: claimed by one study alone, named clearly where it can't be, found again."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from tests.study.examples import record, study

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.study.claim import take
from oneaxis.study.folder import STUDY_FILE, StudyFolder, newest, newest_incomplete, study_folders


@pytest.mark.parametrize(
    "place, name",
    [
        ("outputs/train/2026-11-26_14-05-09", "2026-11-26_14-05-09"),
        ("multirun/2026-11-26/14-05-09", "2026-11-26/14-05-09"),
        ("2026-11-26/lr", "lr"),
        ("runs/14-05-09", "14-05-09"),
    ],
)
def test_a_study_is_cited_by_what_tells_it_from_others(tmp_path, place, name):
    assert StudyFolder(tmp_path / place).name == name


# -- jobs and records ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../elsewhere", "/tmp", "a/../../b"])
def test_a_trials_folder_may_not_leave_the_studys(tmp_path, name):
    with pytest.raises(BadRecord, match="lies outside of the study"):
        StudyFolder(tmp_path / "study").job(name)


@pytest.mark.parametrize("name", ["lr=0.1,seed=2", ".", "a/b"])
def test_a_trials_folder_lies_in_the_studys(tmp_path, name):
    assert StudyFolder(tmp_path).job(name) == tmp_path / name


def test_records_are_found_by_trial_and_missing_ones_are_left_out(tmp_path):
    folder, found = StudyFolder(tmp_path), study()
    reference, one, two = found.plan.trials
    folder.write_record(record(reference, acc=1.0))
    folder.write_record(record(two, "failed"))
    folder.write_record(record(one, study_id="another study"))

    assert {index: item.status for index, item in folder.records(found).items()} == {0: "finished", 2: "failed"}
    assert folder.record(reference.folder) == record(reference, acc=1.0)


def test_what_is_equal_in_many_records_is_kept_once(tmp_path):
    folder, found = StudyFolder(tmp_path), study()
    for number, trial in enumerate(found.plan.trials):
        packages = {"numpy": "2" if number < 2 else "3"}
        made = replace(record(trial, acc=1.0), code={"app.py": "5f1c"}, environment={"packages": packages})
        folder.write_record(made)
    one, two, three = folder.records(found).values()
    assert one.code is two.code is three.code
    assert one.environment is two.environment
    assert three.environment == {"packages": {"numpy": "3"}}


@pytest.mark.parametrize(
    "content", ['{"schema": 1, "study"', '{"schema": 99, "study": "abc"}', '{"schema": 1, "study": "abc"}']
)
def test_a_record_that_cannot_be_read_is_named_and_the_others_are_there(tmp_path, content):
    folder, found = StudyFolder(tmp_path), study()
    reference, one, _ = found.plan.trials
    folder.write_record(record(reference, acc=1.0))
    folder.write_record(record(one))
    (folder.job(one.folder) / "record.json").write_text(content)
    records, warnings = folder.read_records(found)

    assert list(records) == [reference.index]
    [warning] = warnings
    assert warning.startswith(f"skipped, counted as missing: {folder.job(one.folder) / 'record.json'}: ")
    assert (folder.job(one.folder) / "record.json").read_text() == content


# -- the newest ------------------------------------------------------------------------------------


def started(path, moment, *, single=False, empty=False):
    """A study's folder as of a moment."""
    path.mkdir(parents=True)
    (path / STUDY_FILE).write_text("" if empty else '{"schema": 1, "id": "abc"}')
    if single:
        (path / "record.json").write_text('{"schema": 1, "study": "abc"}')
    os.utime(path / STUDY_FILE, (moment, moment))


def test_the_newest_study_is_the_one_started_last_wherever_it_lies(tmp_path):
    started(tmp_path / "b" / "first", 100)
    started(tmp_path / "a" / "deeper" / "last", 300)
    started(tmp_path / "z", 200)

    assert newest(tmp_path).root == tmp_path / "a" / "deeper" / "last"


def test_single_runs_and_studies_that_never_began_do_not_count(tmp_path):
    started(tmp_path / "study", 100)
    started(tmp_path / "single", 200, single=True)
    started(tmp_path / "claimed", 300, empty=True)

    assert newest(tmp_path).root == tmp_path / "study"


def test_a_file_of_a_task_makes_no_study_and_hides_none(tmp_path):
    started(tmp_path / "study", 100)
    (tmp_path / "study" / "record.json").write_text('{"mine": 1}')
    started(tmp_path / "study" / "lr=1", 200)
    (tmp_path / "study" / "lr=1" / STUDY_FILE).write_text('{"mine": 1}')

    assert newest(tmp_path).root == tmp_path / "study"


def test_a_study_that_keeps_its_files_apart_is_found_and_goes_on_so(tmp_path):
    folder = StudyFolder(tmp_path / "study")
    folder.write_study(study(), apart=True)
    (folder.root / STUDY_FILE).write_text('{"mine": 1}')
    folder.write_study(study())

    assert newest(tmp_path).read_study().id == "abc"
    assert list(study_folders(tmp_path)) == [folder.root]
    assert (folder.root / STUDY_FILE).read_text() == '{"mine": 1}'


def test_hidden_folders_and_those_far_below_are_not_searched(tmp_path):
    started(tmp_path / "outputs" / "app" / "day" / "time", 100)
    started(tmp_path / ".venv" / "study", 200)
    started(tmp_path / "a" / "b" / "c" / "d" / "e" / "f", 300)

    assert newest(tmp_path).root == tmp_path / "outputs" / "app" / "day" / "time"


def test_the_newest_incomplete_study_is_one_that_lacks_a_finished_record_and_that_nobody_works_at(tmp_path):
    found = study()
    for name, moment, finished in (("oldest", 100, 1), ("older", 200, 1), ("done", 300, 3), ("held", 400, 0)):
        folder = StudyFolder(tmp_path / name)
        folder.root.mkdir()
        folder.write_study(found)
        os.utime(folder.study_file, (moment, moment))
        for trial in found.plan.trials[:finished]:
            folder.write_record(record(trial, acc=1.0))
        for trial in found.plan.trials[finished:]:
            folder.write_record(record(trial, "failed"))
    take(tmp_path / "held")

    assert newest_incomplete(tmp_path).root == tmp_path / "older"


def test_where_there_is_no_study_the_way_to_one_is_named(tmp_path):
    started(tmp_path / "single", 200, single=True)
    with pytest.raises(FolderUnusable, match=r"no study under .*; start one \(python train.py -m\) or name its folder"):
        newest(tmp_path)
