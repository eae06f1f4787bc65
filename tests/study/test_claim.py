"""A study's folder: one process at a time holds it, a dead one doesn't, and no two ever do at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from oneaxis.study.claim import SILENT, Claim, Owner, died, owner_of, take

HOLD = """
import sys
from pathlib import Path
from oneaxis.study.claim import Claim, take

print("ready", flush=True)
sys.stdin.readline()
print("mine" if isinstance(take(Path(sys.argv[1])), Claim) else "theirs", flush=True)
sys.stdin.readline()
"""


def contender(folder):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def tell(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def test_whoever_comes_second_learns_who_holds_the_folder(tmp_path):
    claim = take(tmp_path)
    assert isinstance(claim, Claim)
    holder = take(tmp_path)
    assert isinstance(holder, Owner)
    assert str(holder) == f"process {os.getpid()} on {os.uname().nodename}"
    claim.release()
    assert owner_of(tmp_path) is None
    assert not died(tmp_path)
    assert isinstance(take(tmp_path), Claim)


def test_of_many_who_come_at_once_one_holds_and_its_death_frees_the_folder_for_one(tmp_path):
    """The second time all of them find a dead owner and try to follow it."""
    for _ in range(2):
        started = [contender(tmp_path) for _ in range(3)]
        for process in started:
            assert process.stdout.readline() == "ready\n"
        for process in started:
            tell(process)
        assert sorted(process.stdout.readline() for process in started) == ["mine\n", "theirs\n", "theirs\n"]
        for process in started:
            process.kill()
            process.communicate()
        assert owner_of(tmp_path) is None
        assert died(tmp_path)
    assert len(list(tmp_path.glob(".claim-*"))) == 1, "old claims are cleared away"


def written(folder, **content):
    owner = {"host": "far", "machine": "far", "process": os.getpid(), "started": "1"}
    path = folder / ".claim-1.json"
    path.write_text(json.dumps({**owner, **content}))
    return path


def test_an_owner_on_another_machine_lives_as_long_as_it_gives_signs_of_life(tmp_path):
    path = written(tmp_path)
    assert owner_of(tmp_path).host == "far"
    past = time.time() - SILENT - 60
    os.utime(path, (past, past))
    assert owner_of(tmp_path) is None
    assert isinstance(take(tmp_path), Claim)


def test_a_clock_set_back_makes_nobody_dead(tmp_path):
    path = written(tmp_path)
    future = time.time() + 7 * 24 * 3600
    os.utime(path, (future, future))
    assert owner_of(tmp_path) is not None


def test_another_process_with_the_number_of_a_dead_one_is_not_the_owner(tmp_path):
    claim = take(tmp_path)
    [path] = tmp_path.glob(".claim-*")
    path.write_text(json.dumps({**json.loads(path.read_text()), "started": "1"}))
    assert owner_of(tmp_path) is None
    claim.release()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_damaged_claim_holds_nothing(tmp_path, content):
    (tmp_path / ".claim-4.json").write_text(content)
    assert isinstance(take(tmp_path), Claim)
    assert [path.name for path in tmp_path.glob(".claim-*")] == [".claim-5.json"]
