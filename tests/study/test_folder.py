"""A study's folder: claimed by one study alone, named clearly where it can't be, found again."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.study.examples import record, study

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.study.folder import STUDY_FILE, StudyFolder, claim, newest


def test_a_folder_is_made_with_its_parents(tmp_path):
    folder = claim(tmp_path / "a" / "b")

    assert folder.root == tmp_path / "a" / "b"
    assert folder.study_file.exists()


def test_a_folder_that_holds_no_study_is_taken_as_it_is(tmp_path):
    (tmp_path / "kept.txt").write_text("x")

    assert claim(tmp_path).root == tmp_path
    assert (tmp_path / "kept.txt").exists()


def test_a_second_study_gets_a_folder_beside_the_first(tmp_path):
    wanted = tmp_path / "10-15-00"
    claim(wanted).write_study(study())
    before = (wanted / STUDY_FILE).read_bytes()

    assert [claim(wanted).root.name for _ in range(3)] == ["10-15-00-2", "10-15-00-3", "10-15-00-4"]
    assert (wanted / STUDY_FILE).read_bytes() == before


CLAIM = """
import sys
from pathlib import Path
from oneaxis.study.folder import claim

print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    print(claim(Path(sys.argv[1])).root, flush=True)
"""


def test_studies_that_start_at_the_same_moment_never_share_a_folder(tmp_path):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(tmp_path / "study")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    folders = [line for process in started for line in process.communicate()[0].splitlines()]

    assert len(folders) == len(set(folders)) == 40


@pytest.mark.parametrize("below", ["file", "file/study", "file/deeper/study", "x" * 300])
def test_a_folder_that_cannot_be_made_is_named_with_the_fix(tmp_path, below):
    (tmp_path / "file").write_text("not a folder")
    wanted = tmp_path / below

    with pytest.raises(FolderUnusable) as caught:
        claim(wanted)
    assert str(caught.value).startswith(f"the study's folder {wanted} can't be written (")
    assert str(caught.value).endswith("choose another: hydra.sweep.dir=PATH")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(FolderUnusable, match="can't be written"):
        claim(tmp_path / "study")
    tmp_path.chmod(0o700)


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

    assert {index: item.status for index, item in folder.records(found).items()} == {0: "finished", 2: "failed"}
    assert folder.record(one.folder) is None
    assert folder.record(reference.folder) == record(reference, acc=1.0)


# -- the newest ------------------------------------------------------------------------------------


def started(path, moment, *, single=False, empty=False):
    """A study's folder as of a moment."""
    path.mkdir(parents=True)
    (path / STUDY_FILE).write_text("" if empty else "{}")
    if single:
        (path / "record.json").write_text("{}")
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


def test_hidden_folders_and_those_far_below_are_not_searched(tmp_path):
    started(tmp_path / "outputs" / "app" / "day" / "time", 100)
    started(tmp_path / ".venv" / "study", 200)
    started(tmp_path / "a" / "b" / "c" / "d" / "e" / "f", 300)

    assert newest(tmp_path).root == tmp_path / "outputs" / "app" / "day" / "time"


def test_where_there_is_no_study_the_way_to_one_is_named(tmp_path):
    started(tmp_path / "single", 200, single=True)
    with pytest.raises(FolderUnusable, match=r"no study under .*; start one \(python train.py -m\) or name its folder"):
        newest(tmp_path)
