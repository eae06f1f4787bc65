"""Digests of data: the same for the same bytes, another for others, and big files read once."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from oneaxis.trial import fingerprints
from oneaxis.trial.fingerprints import describe, fingerprint

BIG = fingerprints.CACHED_FROM


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "oneaxis" / "digests"


@pytest.fixture
def big(tmp_path):
    path = tmp_path / "big.bin"
    path.write_bytes(b"a" * BIG)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def digest(part):
    return fingerprint(part)[0]


def test_a_big_file_is_read_once(cache, big, monkeypatch):
    first = describe(big)
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(fingerprints, "_digest", lambda *_: pytest.fail("read again"))
    assert describe(big) == first


@pytest.mark.parametrize("change", ["size", "time", "another file"])
def test_a_kept_digest_holds_for_the_same_path_size_and_time_only(cache, big, change):
    first = describe(big)
    if change == "size":
        with big.open("ab") as stream:
            stream.write(b"x")
    elif change == "time":
        big.write_bytes(b"b" * BIG)
    else:
        other = big.with_name("other")
        other.write_bytes(b"b" * BIG)
        os.utime(other, (1_000_000_000, 1_000_000_000))
        other.replace(big)
    assert describe(big)["digest"] != first["digest"]


def test_a_file_that_was_just_written_is_not_kept(cache, big):
    os.utime(big)
    describe(big)
    assert not cache.exists()


@pytest.mark.parametrize("damage", ["", "half", "x" * 63])
def test_a_damaged_cache_is_read_over(cache, big, damage):
    first = describe(big)
    [kept] = cache.iterdir()
    kept.write_text(damage)
    assert describe(big) == first
    assert kept.read_text() == first["digest"]


def test_no_cache_is_no_trouble(big, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(describe(big)["digest"]) == 64


def test_many_processes_at_once_agree(cache, big):
    command = f"from pathlib import Path; from oneaxis.trial.fingerprints import *; print(describe(Path({str(big)!r})))"
    started = [subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate(timeout=120)[0] for process in started}
    assert said == {f"{describe(big)}\n"}
    assert [path.name for path in cache.iterdir() if path.name.startswith(".")] == []


def test_a_folder_is_its_files_with_their_names(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "below").mkdir(parents=True)
        (tmp_path / name / "below" / "a.txt").write_text("a")
        (tmp_path / name / "b.txt").write_text("b")
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert [file["path"] for file in fingerprint(tmp_path / "one")[1]] == [
        str(tmp_path / "one" / "b.txt"),
        str(tmp_path / "one" / "below" / "a.txt"),
    ]
    (tmp_path / "two" / "b.txt").rename(tmp_path / "two" / "c.txt")
    assert digest(tmp_path / "one") != digest(tmp_path / "two")


ARRAYS = [
    np.arange(6),
    np.arange(6.0),
    np.arange(6).reshape(2, 3),
    np.arange(6)[::-1],
    np.array(["a", "b"]),
    np.arange(7),
]


def test_arrays_differ_by_value_shape_and_type():
    assert len({digest(array) for array in ARRAYS}) == len(ARRAYS)
    assert len({digest((array, array)) for array in ARRAYS}) == len(ARRAYS)
    assert digest((ARRAYS[0], ARRAYS[1])) != digest((ARRAYS[1], ARRAYS[0]))
    assert digest(np.arange(12)[::2]) == digest(np.arange(12)[::2].copy())
