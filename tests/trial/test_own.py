"""The place of ours in a job folder, and how results get beside the task's files."""

from __future__ import annotations

import errno

import pytest

from oneaxis.trial.own import made, result, show, tidy


def without_hard_links(*_):
    raise OSError(errno.EPERM, "no hard links here")


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def links(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr("os.link", without_hard_links)


@pytest.mark.usefixtures("links")
def test_a_result_gets_beside_the_tasks_files(tmp_path):
    (made(tmp_path) / "a").write_text("ours")
    assert show(tmp_path, "a") == "a"
    tidy(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert result(tmp_path, "a", "a").read_text() == "ours"
    assert show(tmp_path, "a") is None, "there is nothing more to show"


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("kind", ["file", "folder", "link to nowhere"])
def test_a_result_stays_apart_where_the_task_has_its_name(tmp_path, kind):
    theirs = tmp_path / "a"
    match kind:
        case "file":
            theirs.write_text("theirs")
        case "folder":
            theirs.mkdir()
        case _:
            theirs.symlink_to("nowhere")
    (made(tmp_path) / "a").write_text("ours")
    told = show(tmp_path, "a")
    assert told == ".oneaxis/a"
    assert result(tmp_path, told, "a").read_text() == "ours"
    assert (theirs.is_dir(), theirs.is_symlink()) == (kind == "folder", kind == "link to nowhere")


@pytest.mark.parametrize("told", [None, "", "../a", "/etc/passwd", "b", ".oneaxis/../a"])
def test_a_record_names_no_other_place(tmp_path, told):
    assert result(tmp_path, told, "a") is None
