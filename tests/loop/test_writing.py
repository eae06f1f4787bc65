"""Files written together: all of them, or none, whatever happens in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from oneaxis.errors import CannotEdit
from oneaxis.loop.writing import write_together


@pytest.fixture
def three(tmp_path):
    """Two files that are there and one that isn't, with what they shall hold."""
    one, two, new = (tmp_path / name for name in ("one.yaml", "two.yaml", "new.yaml"))
    one.write_bytes(b"1\r\n")
    two.write_bytes(b"2\n")
    two.chmod(0o640)
    return {new: (None, b"new"), one: (b"1\r\n", b"one"), two: (b"2\n", b"two")}


def held(files):
    return {path.name: path.read_bytes() for path in sorted(next(iter(files)).parent.iterdir())}


BEFORE = {"one.yaml": b"1\r\n", "two.yaml": b"2\n"}


def test_all_are_written_with_their_permissions(three):
    write_together(three)
    assert held(three) == {"new.yaml": b"new", "one.yaml": b"one", "two.yaml": b"two"}
    assert [path.stat().st_mode & 0o777 for path in three if path.name == "two.yaml"] == [0o640]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device", "x"), KeyboardInterrupt(), ValueError()])
@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_what_fails_between_the_renames_leaves_all_as_it_was(three, monkeypatch, error, fails_at):
    calls, rename = [], Path.replace

    def replace(path, target):
        if path.suffix == ".partial":
            calls.append(path)
            if len(calls) == fails_at + 1:
                raise error
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(CannotEdit if isinstance(error, OSError) else type(error)):
        write_together(three)
    assert held(three) == BEFORE


def test_an_edit_made_meanwhile_is_not_overwritten(three):
    edited = next(path for path in three if path.name == "two.yaml")
    edited.write_bytes(b"mine")
    with pytest.raises(CannotEdit, match=r"two\.yaml was changed meanwhile"):
        write_together(three)
    assert held(three) == {**BEFORE, "two.yaml": b"mine"}


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"1")
    link.symlink_to(real)
    write_together({link: (b"1", b"2")})
    assert link.is_symlink()
    assert real.read_bytes() == b"2"
