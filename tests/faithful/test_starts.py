"""However a program is started, a trial finds itself started so."""

from __future__ import annotations

import json

import pytest
from tests.faithful.conftest import WAYS

# The words behind `python`, the folder that they are typed in, and the tasks that run.
STARTS = {
    "script": (["app.py"], ".", ["main"]),
    "from elsewhere": (["../app.py"], "deep", ["main"]),
    "flags, own arguments, another folder": (["-B", "-W", "ignore", "own.py", "--own=3"], ".", ["main"]),
    "module": (["-m", "pkg.train"], ".", ["main"]),
    "folder": (["tool"], ".", ["main"]),
    "code": (["-c", "import pkg.train as t; t.main()"], ".", ["main"]),
    "console script": (["bin/train"], ".", ["main"]),
    "two tasks": (["two.py"], ".", ["first", "second"]),
}
ALSO_ANEW = ("from elsewhere", "flags, own arguments, another folder", "module", "two tasks")


@pytest.mark.parametrize("start", STARTS)
def test_a_trial_finds_itself_started_as_the_program_was(app, start):
    words, typed_in, tasks = STARTS[start]
    made = app("starts")
    root = made.root
    (root / "deep").mkdir()
    made.root = root / typed_in

    def facts(name, *arguments):
        folder = root / name
        folder.mkdir()
        ended = made.python(*words, *arguments, FACTS=str(folder))
        assert ended.status == 0, ended
        return ended, {
            f"{task} {lr}": [json.loads(line) for line in file.read_text().splitlines()]
            for task in tasks
            for lr in (0.1, 0.2)
            if (file := folder / f"{task}-{lr}.json").exists()
        }

    _, alone = facts("alone", "lr=0.2")
    assert set(alone) == {f"{task} 0.2" for task in tasks}
    ours = ["-m", "hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false"]
    for way in ["forked", *(["anew"] if start in ALSO_ANEW else [])]:
        ended, trials = facts(way, *ours, "lr=choice(0.2)", *WAYS[way])
        assert ("a process each" if way == "forked" else "an interpreter each") in ended.said
        assert trials == {f"{task} {lr}": alone[f"{task} 0.2"] for task in tasks for lr in (0.1, 0.2)}
