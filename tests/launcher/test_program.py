"""How a program was started is read from its process, and done again in another one."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from oneaxis.study.program import NoProgram, Start, program_of_this_process, read_start


@pytest.mark.parametrize(
    "words, start",
    [
        ("app.py", Start((), "script", "app.py", ())),
        ("app.py -m x=1 -c", Start((), "script", "app.py", ("-m", "x=1", "-c"))),
        ("-m pkg.train -m x=1", Start((), "module", "pkg.train", ("-m", "x=1"))),
        ("-mpkg.train x=1", Start((), "module", "pkg.train", ("x=1",))),
        ("-c code -m", Start((), "command", "code", ("-m",))),
        ("-ccode", Start((), "command", "code", ())),
        ("-u -B app.py", Start(("-u", "-B"), "script", "app.py", ())),
        ("-uB app.py", Start(("-uB",), "script", "app.py", ())),
        ("-uBm pkg", Start(("-uB",), "module", "pkg", ())),
        ("-Bc code", Start(("-B",), "command", "code", ())),
        ("-W error app.py", Start(("-W", "error"), "script", "app.py", ())),
        ("-Werror app.py", Start(("-Werror",), "script", "app.py", ())),
        ("-X dev -W error -m pkg", Start(("-X", "dev", "-W", "error"), "module", "pkg", ())),
        ("-BX dev app.py", Start(("-BX", "dev"), "script", "app.py", ())),
        ("-Ximporttime app.py", Start(("-Ximporttime",), "script", "app.py", ())),
        ("--check-hash-based-pycs never app.py", Start(("--check-hash-based-pycs", "never"), "script", "app.py", ())),
        ("", None),
        ("-i", None),
        ("-", None),
        ("-u - x=1", None),
    ],
)
def test_an_interpreters_command_line_is_taken_apart(words, start):
    assert read_start(words.split()) == start


@pytest.mark.parametrize("words", ["-u app.py -m x=1", "-W error -m pkg.train x=1", "-c code -m"])
def test_what_was_taken_apart_is_put_together_again(words):
    assert read_start(words.split()).words == words.split()


def test_a_test_runner_is_no_program_that_a_trial_starts_again():
    found = program_of_this_process()
    assert isinstance(found, NoProgram)
    assert found.host in ("_pytest", "pluggy", "xdist", "execnet")


def test_a_thread_is_none_either():
    found = []
    thread = threading.Thread(target=lambda: found.append(program_of_this_process()))
    thread.start()
    thread.join()
    assert found == [NoProgram("a thread")]


ASKS = """
import os, sys
from oneaxis.study.program import program_of_this_process
os.chdir({leaves!r})
os.environ.update(PATH="changed", NEW="made")
sys.argv[1:] = []
def main():
    found = program_of_this_process()
    given = found.environment["GIVEN"]
    print([found.start.words, found.folder, given, "NEW" in found.environment, found.file, found.line])
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("leaves", [".", "elsewhere"])
@pytest.mark.parametrize(
    "typed",
    [
        (".", ["app.py", "x=1"], "app.py"),
        ("deep", ["../app.py", "x=1"], "deep/../app.py"),
        (".", ["./app.py"], "./app.py"),
        (".", ["{root}/app.py"], "app.py"),
        (".", ["-m", "app", "x=1"], "app.py"),
    ],
)
@pytest.mark.parametrize("pwd", ["right", "none", "wrong"])
def test_the_folder_variables_and_arguments_are_those_before_the_first_line(tmp_path, leaves, typed, pwd):
    typed_in, words, file = typed
    root = tmp_path / "root"
    for folder in ("deep", "elsewhere"):
        (root / folder).mkdir(parents=True)
    (root / "app.py").write_text(ASKS.format(leaves=leaves if leaves == "." else str(root / leaves)))
    folder = (root / typed_in).resolve()
    words = [word.format(root=root) for word in words]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "GIVEN": "first", "PATH": "/usr/bin:/bin"}
    environment |= {"right": {"PWD": str(folder)}, "none": {}, "wrong": {"PWD": "/"}}[pwd]
    ended = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    found = eval(ended.stdout)
    if pwd == "wrong" and words[0].startswith("/"):
        return  # nothing tells the folder of a program that may have left it
    # A program that left its folder shows where it began by a part of a path, by where `-m` looks, or by a shell's PWD.
    left = leaves != "." and words[0].startswith("/") and pwd == "none"
    assert found[:4] == [words, str(root / leaves) if left else str(folder), "first", False]
    assert found[4] == f"{root}/{file}"
    assert found[5] == 12
