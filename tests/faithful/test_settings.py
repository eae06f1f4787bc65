"""Forty things that a script can set or rely on: `python app.py`, `basic` and `oneaxis` see the same."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from tests.conftest import Host
from tests.faithful.test_kinds import APPS, LAUNCHERS

pytest.importorskip("torch")
# The basic launcher handles SIGTERM and watches folders from a thread, in the one process that it has.
OF_THE_SWEEPING_PROCESS = {"threads", "torch.draw", "numpy.draw", "random.draw"}


WAYS = {
    "basic": "",
    "oneaxis": "from its first line, a process each",
    "anew": "from its first line, an interpreter each",
}


@pytest.fixture(scope="module", params=["plain", "replaces"])
def alone(tmp_path_factory, request):
    """The app, and what its task sees in `python app.py`; it either replaces a function of Python's own, or doesn't."""
    host = Host(Path(shutil.copytree(APPS / "twenty_settings", tmp_path_factory.mktemp("settings") / "app")))
    host.environment |= {"PLAIN": "1"} if request.param == "plain" else {}
    ended = host.python("app.py")
    assert ended.status == 0, ended
    return host, ast.literal_eval((host.root / "seen.txt").read_text())


@pytest.mark.parametrize("launcher", ["basic", "oneaxis", "anew"])
def test_a_trial_sees_what_the_program_sees(alone, launcher):
    host, expected = alone
    where = f"hydra.sweep.dir={launcher}"
    ended = host.sweep("lr=choice(0.2)", where, "hydra.sweeper.reuse=false", *LAUNCHERS[launcher])
    doubtful = launcher == "oneaxis" and "PLAIN" not in host.environment
    assert WAYS["anew" if doubtful else launcher] in ended.out
    assert ended.status == 0, ended
    [study] = [study for study in host.studies if study.root.name == launcher]
    left_out = OF_THE_SWEEPING_PROCESS if launcher == "basic" else set()
    for name, record in study.records.items():
        found = {key: value for key, value in record["metrics"].items() if key not in left_out}
        assert found == {key: value for key, value in expected.items() if key not in left_out}, name


def test_what_is_true_alone_is_what_the_script_set(alone):
    _, expected = alone
    assert {name for name, value in expected.items() if value == 0} <= {"core", "patched", "environment"}
