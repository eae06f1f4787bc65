"""What libraries see, keep and draw when they are imported, and how a task ends: as with `python app.py`."""

from __future__ import annotations

import json

STUDY = ["-m", "hydra/sweeper=oneaxis", "hydra/launcher=oneaxis", "hydra.sweeper.tracking=null"]


def facts(app, *command, **environment):
    """How a command ended, and what the program said of each configuration, in the order of its saying."""
    path = app.root / "facts"
    path.unlink(missing_ok=True)
    ended = app.python(*command, FACTS=str(path), PYTHONPATH=str(app.root / "lib" / "site-packages"), **environment)
    told = {}
    for line in map(json.loads, path.read_text().splitlines()):
        told.setdefault(line.pop("do"), []).append(line)
    return ended, told


def test_a_fork_sees_keeps_and_draws_what_the_program_does(host):
    app = host("attacked")
    _, plain = facts(app, "-u", "app.py", "do=other")
    # Two studies of one program: each trial runs its task once.
    ended, trials = facts(app, "-u", "app.py", *STUDY, "hydra.sweeper.report=false", "do=other", CALLS="2")

    assert "a process each, with numpy" in ended.said
    assert trials["other"] == [*plain["other"], *plain["other"]]
    assert ended.status == 0, ended.err


def test_however_a_task_ends_its_own_process_tells_its_own_number(host):
    app = host("attacked")
    ended, trials = facts(app, "app.py", *STUDY, "hydra.sweeper.report=false", "x=2", "do=fork,close,huge")

    assert ended.status == 0, ended.said
    assert app.study.metric("score") == {"reference": 2, "do=fork": 2, "do=close": 2, "do=huge": 2}
    assert "died" not in ended.said
    assert [line.get("own") for line in trials["close"]] == [None, [0] * 9, None], "what it opened is its own"
