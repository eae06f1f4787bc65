"""When a fork would be another program than a new interpreter, trials get an interpreter each, and it is said why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from oneaxis.study.generators import reseed
from oneaxis.study.warm import Look, doubts, libraries, sizes

SOURCE = str(Path(__file__).parents[2] / "src")
LOOK = Look(
    files={"lib": "/site-packages/lib.py"},
    names={"lib": {"f": 1, "A.m": 2}},
    finders=("a.Finder",),
    environment={"HOME": "/h"},
    generators=frozenset(),
)
FIRST = {"HOME": "/h"}
PROGRAM = {
    "nothing": ({}, None),
    "a variable": ({"environment": {"HOME": "/h", "X": "1"}}, "the program sets X"),
    "another value": ({"environment": {"HOME": "/other"}}, "the program sets HOME"),
    "no variable any more": ({"environment": {}}, "the program sets HOME"),
    "a variable that does no harm": ({"environment": FIRST | {"_MLFLOW_TELEMETRY_SESSION_ID": "7"}}, None),
    "a hook": ({"finders": ("a.Finder", "b.Hook")}, "the program hooks imports (b.Hook)"),
    "another module": ({"files": {"lib": "/app/lib.py"}}, "another module in place of lib"),
    "a module of its own": ({"files": {**LOOK.files, "own": "/app/own.py"}}, None),
    "another main module": ({"files": {**LOOK.files, "__main__": "/app/app.py"}}, None),
    "a function": ({"names": {"lib": {"f": 9, "A.m": 2}}}, "the program replaces lib.f"),
    "a method": ({"names": {"lib": {"f": 1, "A.m": 9}}}, "the program replaces lib.A.m"),
    "a function more": ({"names": {"lib": {"f": 1, "g": 5}}}, None),
    "what PyTorch names anew": ({"names": {"torch": {"Storage": 9}}}, None),
}
AHEAD = {
    "a thread": ({"threads": ("Thread-1",)}, "a library starts a thread when it is imported (Thread-1)"),
    "a file": ({"descriptors": ("/data",)}, "a library keeps a file or device open from its import on (/data)"),
    "what imports set": ({"environment": {"HOME": "/h", "LIB": "1"}}, None),
    "a hook of imports": ({"finders": ("a.Finder", "six.Hook")}, None),
}


@pytest.fixture(autouse=True)
def linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.parametrize("changes, doubt", PROGRAM.values(), ids=PROGRAM)
def test_what_the_program_did_before_it_called_hydra(changes, doubt):
    ahead = replace(LOOK, names={**LOOK.names, "torch": {"Storage": 1}}, files={**LOOK.files, "__main__": "/serve.py"})
    found = list(doubts(ahead, replace(LOOK, **changes), FIRST, {}))
    assert (found == []) if doubt is None else (len(found) == 1 and doubt in found[0])


@pytest.mark.parametrize("changes, doubt", AHEAD.values(), ids=AHEAD)
def test_what_libraries_do_when_they_are_imported(changes, doubt):
    ahead = replace(LOOK, **changes)
    program = replace(LOOK, environment=ahead.environment)
    assert list(doubts(ahead, program, FIRST, {})) == ([] if doubt is None else [doubt])


def test_variables_that_each_trial_gets_are_no_doubt():
    given = {"OMP_NUM_THREADS": "1"}
    assert list(doubts(replace(LOOK, environment=FIRST | given), LOOK, FIRST, given)) == []


def test_no_process_of_macos_is_forked(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert list(doubts(LOOK, LOOK, FIRST, {})) == ["this system's own libraries may not be used in a fork"]


def test_only_installed_modules_are_loaded_ahead(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "of_the_project.py").touch()
    import of_the_project

    assert of_the_project.__name__ in sys.modules
    given = ["json", "of_the_project", "yaml", "__main__", "oneaxis", "mlflow", "not_loaded", "hydra.core"]
    import hydra.core  # noqa: F401
    import yaml  # noqa: F401

    assert libraries(given) == ("json", "yaml", "hydra.core")
    assert sizes(["json", "of_the_project", "yaml", "hydra.core"]) == {"yaml": 1, "hydra": 1}


LIBRARIES = {
    "plain": "def f(): pass\nclass A:\n    def m(self): pass\n",
    "threaded": "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n",
    "opens": "FILE = open(__file__)\n",
    "listens": "import socket\nSOCKET = socket.create_server(('127.0.0.1', 0))\n",
    "setting": "import os\nos.environ['LIBRARY'] = '1'\n",
    "drawing": (
        "import random\nimport numpy as np\nOLD, NEW, LEGACY = random.Random(), np.random.default_rng(), "
        "np.random.RandomState()\nFIXED, STREAM = random.Random(3), np.random.default_rng(3)\n"
    ),
}
PROGRAMS = {
    "import plain": None,
    "import setting": None,
    "import plain\nplain.SETTING = 1": None,
    "import plain\nplain.g = lambda: None": None,
    "import own": None,
    "import plain, os\nos.environ['X'] = '1'": "the program sets X",
    "import plain, sys, own\nsys.meta_path.append(own.Finder())": "the program hooks imports (own.Finder)",
    "import plain, sys, types\nsys.modules['bz2'] = types.ModuleType('bz2')": "another module in place of bz2",
    "import plain\nplain.f = lambda: 1": "the program replaces plain.f",
    "import plain\nplain.A.m = lambda self: 1": "the program replaces plain.A.m",
    "import json\njson.dumps = lambda *_: ''": "the program replaces json.dumps",
    "import threaded": "a library starts a thread when it is imported",
    "import opens": "a library keeps a file or device open from its import on (",
    "import listens": "a library keeps a file or device open from its import on (socket:",
    "import plain\nplain.A.n = 1\nimport opens": "runs before opens is imported",
}
TELL = """
def main():
    import sys
    modules = tuple(sys.modules)
    from oneaxis.study.handle import Ahead, Server
    from oneaxis.study.program import program_of_this_process
    with Server(program_of_this_process(), Ahead(), modules) as server:
        print(server.way)

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def project(tmp_path):
    """`project(text)` runs a script beside installed libraries; what it printed."""
    installed = tmp_path / "site-packages"
    installed.mkdir()
    for name, text in LIBRARIES.items():
        (installed / f"{name}.py").write_text(text)
    (tmp_path / "own.py").write_text(
        "import random\nR = random.Random()\nclass Finder:\n    def find_spec(self, *_): pass\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), SOURCE])}

    def run(text, *words):
        (tmp_path / "app.py").write_text(text)
        command = [sys.executable, "app.py", *words]
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    return run


@pytest.mark.parametrize("text, doubt", PROGRAMS.items(), ids=[text.replace("\n", "; ") for text in PROGRAMS])
def test_real_programs_are_doubted_where_a_fork_would_differ(project, text, doubt):
    said = project(text + TELL)
    if doubt is None:
        assert said.startswith("Warm("), said
        assert "own" not in said
    else:
        assert said.startswith("Fresh("), said
        assert doubt in said


FORKS = """
import json, os, random, sys
import drawing
import numpy as np
from oneaxis.study.generators import drawn, reseed
from oneaxis.study.warm import look

def numbers():
    each = [drawing.OLD, drawing.NEW, drawing.LEGACY, drawing.FIXED, drawing.STREAM, random, np.random]
    return [float(each.random()) for each in each]

if not sys.argv[1:]:
    print(json.dumps(list(look().generators)))
else:
    found = drawn(frozenset(json.loads(sys.argv[1])))
    for _ in range(2):
        sys.stdout.flush()
        if os.fork() == 0:
            reseed(found)
            print(json.dumps(numbers()), flush=True)
            os._exit(0)
        os.wait()
"""


def test_generators_that_libraries_seed_by_chance_draw_anew_in_each_fork_and_others_do_not(project):
    elsewhere = project(FORKS)
    first, second = map(json.loads, project(FORKS, elsewhere).splitlines())
    names = ["OLD", "NEW", "LEGACY", "FIXED", "STREAM", "random", "numpy.random"]
    assert {name for name, one, other in zip(names, first, second, strict=True) if one != other} == {
        "OLD", "NEW", "LEGACY", "random", "numpy.random",
    }  # fmt: skip


def test_a_generator_that_is_seeded_anew_stays_the_same_object():
    import random

    import numpy as np

    for generator in (random.Random(3), np.random.default_rng(3), np.random.RandomState(3)):
        before = generator.random()
        kept = getattr(generator, "bit_generator", None)
        reseed([generator])
        assert generator.random() != before
        assert getattr(generator, "bit_generator", None) is kept
