"""What forbids to compare two trials, and what doesn't: one change each to a real project, caught or left alone.

Each planted change is let through where its layer is left out of `policy.gates`: the gate is what catches it.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace

import pytest

from oneaxis.analysis.comparable import gate_remarks, second_differences
from oneaxis.trial.environment import environ, variables
from oneaxis.trial.identity import Present, same_code, same_data, same_environment, same_identity
from oneaxis.vocabulary import ABSENT, GATES, Change, Deviation, Difference, Policy, Record, Trial

EVERY = Policy()


def declared(axis="lr", *, kind="value", carried=(), follows=()) -> Deviation:
    own = Change(tuple(axis.split(".")), 1, 2)
    moved = [tuple(Change(tuple(key.split(".")), 1, 2) for key in keys) for keys in (carried, follows)]
    return Deviation(axis, kind, "2", "1", (), "", Difference((own,), *moved))


def sets(**values):
    return lambda world: world.variables.update(values)


def unsets(name):
    return lambda world: world.variables.pop(name, None)


def writes(file, text):
    return lambda world: (world.root / file).write_text(text)


def renames(one, other):
    return lambda world: (world.root / one).rename(world.root / other)


def moves_a_line(world):
    writes("project/data/first.csv", "a\n")(world)
    writes("project/data/second.csv", "b\nc\n")(world)


PLANTED = {
    "a module that the script imports": (lambda world: world.edit("project/net.py"), "code.net.py"),
    "the script itself": (lambda world: world.edit("project/train.py", "# more\n"), "code.train.py"),
    "a module that the task imports": (lambda world: world.edit("project/late.py"), "code.late.py"),
    "a module of a package": (lambda world: world.edit("project/parts/layers.py"), "code.parts/layers.py"),
    "what a package does when imported": (
        lambda world: world.edit("project/parts/__init__.py"),
        "code.parts/__init__.py",
    ),
    "a module beside the project": (lambda world: world.edit("shared/shared.py"), "code.../shared/shared.py"),
    "the training data": (writes("project/data/train.csv", "1,3\n"), "data.train"),
    "the evaluation data": (writes("project/data/first.csv", "a\nB\n"), "data.evaluation"),
    "a line moved between two files": (moves_a_line, "data.evaluation"),
    "one more test example": (writes("project/data/images/three.png", "3"), "data.test"),
    "one less test example": (lambda world: (world.project / "data/images/one.png").unlink(), "data.test"),
    "a test example renamed": (renames("project/data/images/one.png", "project/data/images/six.png"), "data.test"),
    "a package upgraded": (lambda world: world.upgrade("fakelib", "1.1"), "packages.fakelib"),
    "PyTorch of another build": (lambda world: world.upgrade("torch", "1.0+cu126"), "packages.torch"),
    "the order of sets": (sets(PYTHONHASHSEED="1"), "packages.PYTHONHASHSEED"),
    "asserts switched off": (sets(PYTHONOPTIMIZE="1"), "packages.PYTHONOPTIMIZE"),
    "two threads": (sets(OMP_NUM_THREADS="2"), "threads.OMP_NUM_THREADS"),
    "another library's threads": (sets(MKL_NUM_THREADS="2"), "threads.MKL_NUM_THREADS"),
    "two threads seen": (sets(FAKE_THREADS="2"), "threads.torch"),
    "another GPU": (sets(FAKE_GPU="H100"), "device.name"),
    "repeatable algorithms": (sets(FAKE_DETERMINISTIC="1"), "device.deterministic"),
    "the fastest convolution": (sets(FAKE_BENCHMARK="1"), "device.cudnn.benchmark"),
    "rounder products": (sets(FAKE_PRECISION="medium"), "device.matmul_precision"),
    "cuBLAS's workspace": (sets(CUBLAS_WORKSPACE_CONFIG=":4096:8"), "device.CUBLAS_WORKSPACE_CONFIG"),
    "TF32": (sets(NVIDIA_TF32_OVERRIDE="0"), "device.NVIDIA_TF32_OVERRIDE"),
    "MKL's code path": (sets(MKL_CBWR="COMPATIBLE"), "device.MKL_CBWR"),
    "PyTorch's code path": (sets(ATEN_CPU_CAPABILITY="default"), "device.ATEN_CPU_CAPABILITY"),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_second_change_is_caught_and_named(world, before, case):
    change, key = PLANTED[case]
    change(world)
    after = world.record()

    [found] = second_differences(before, after, declared(), EVERY)
    assert found.key == key
    assert (found.before, found.after) != (None, None)

    layer = key.partition(".")[0]
    without = Policy(gates=tuple(gate for gate in GATES if gate != layer))
    always = key in ("data.evaluation", "data.test")
    assert second_differences(before, after, declared(), without) == ((found,) if always else ())


def moves_the_folder(world):
    moved = world.root.with_name("elsewhere")
    world.root.rename(moved)
    world.root = moved


def touches(file, seconds):
    return lambda world: os.utime(world.root / file, (seconds, seconds))


def commits(world):
    for command in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *command], cwd=world.project, check=True)


def starts_elsewhere(world):
    world.cwd = "."


HARMLESS = {
    "nothing": lambda world: None,
    "the README": lambda world: world.edit("project/README.md", "More words.\n"),
    "a comment in a script that no trial loads": lambda world: world.edit("project/plots.py", "# more\n"),
    "the code of a script that no trial loads": lambda world: world.edit("project/plots.py"),
    "a new module that nothing imports": writes("project/new.py", "NEW = 1\n"),
    "the folder moved": moves_the_folder,
    "started from another folder": starts_elsewhere,
    "a commit": commits,
    "the project's metadata": writes("project/pyproject.toml", "[project]\nname = 'x'\n"),
    "a data file touched": touches("project/data/train.csv", 1_000_000_000),
    "a module touched": touches("project/net.py", 1_000_000_000),
    "a data file that no trial reads": writes("project/data/unused.csv", "y\n"),
    "an installed package that no trial imports": lambda world: world.upgrade("never", "2.0"),
    "the time zone": sets(TZ="Asia/Tokyo"),
    "the language": sets(LANG="C"),
    "the host's name": sets(HOSTNAME="elsewhere", HOST="elsewhere"),
    "the user": sets(USER="somebody", LOGNAME="somebody"),
    "the home": sets(HOME="/nowhere"),
    "the folder for temporary files": sets(TMPDIR="/var/tmp"),
    "the terminal": sets(COLUMNS="40", TERM="dumb", NO_COLOR="1"),
    "which of equal devices": sets(CUDA_VISIBLE_DEVICES="1"),
    "compiled modules not kept": sets(PYTHONDONTWRITEBYTECODE="1"),
    "unbuffered output": sets(PYTHONUNBUFFERED="1"),
    "where MLflow is": sets(MLFLOW_TRACKING_URI="sqlite:///elsewhere.db"),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_a_harmless_change_forbids_nothing(world, before, case):
    HARMLESS[case](world)
    after = world.record()

    assert second_differences(before, after, declared(), EVERY) == ()
    assert same_code(before, world.project) == ()
    assert same_data(before, world.project) == ()


RECORDS = {
    "another Python": (
        {"environment": {"packages": {"python": "3.11.7"}}},
        {"environment": {"packages": {"python": "3.12.1"}}},
        "packages.python",
    ),
    "threads that nobody set": (
        {"environment": {"threads": {"OMP_NUM_THREADS": "1"}}},
        {"environment": {"threads": {}}},
        "threads.OMP_NUM_THREADS",
    ),
    "older records, another package": (
        {"machine": {"python": "3", "packages": {"numpy": "2.4.5"}}},
        {"machine": {"python": "3", "packages": {"numpy": "2.4.6"}}},
        "packages.numpy",
    ),
    "older records, other threads": (
        {"machine": {"python": "3", "threads": {"OMP_NUM_THREADS": "2"}}},
        {"machine": {"python": "3", "threads": {"OMP_NUM_THREADS": "1"}}},
        "threads.OMP_NUM_THREADS",
    ),
    "another evaluation split": ({"data": {"evaluation": "a"}}, {"data": {"evaluation": "b"}}, "data.evaluation"),
}


def record(**fields) -> Record:
    return Record("s", 0, "reference", None, None, None, 0, ".", "finished", {"a": 1.0}, **fields)


@pytest.mark.parametrize("case", RECORDS)
def test_records_that_differ_in_one_thing(case):
    one, other, key = RECORDS[case]
    assert [change.key for change in second_differences(record(**one), record(**other), declared(), EVERY)] == [key]


ALIKE = {
    "another host": ({"machine": {"host": "a"}}, {"machine": {"host": "b"}}),
    "another processor": ({"machine": {"cpu": "a"}}, {"machine": {"cpu": "b"}}),
    "another driver": ({"machine": {"driver": "550.1"}}, {"machine": {"driver": "550.2"}}),
    "a module that only one model loads": ({"code": {"a.py": "1"}}, {"code": {"a.py": "1", "b.py": "2"}}),
    "a package that only one model imports": (
        {"environment": {"packages": {"numpy": "2"}}},
        {"environment": {"packages": {"numpy": "2", "torch": "2"}}},
    ),
    "nothing recorded on one side": (
        {},
        {"code": {"a.py": "1"}, "data": {"evaluation": "x"}, "environment": {"threads": {"OMP_NUM_THREADS": "1"}}},
    ),
    "the time": ({"started": "2030-01-01", "seconds": 1.0}, {"started": "2031-01-01", "seconds": 2.0}),
}


@pytest.mark.parametrize("case", ALIKE)
def test_records_that_can_be_compared(case):
    one, other = ALIKE[case]
    assert second_differences(record(**one), record(**other), declared(), EVERY) == ()


def test_a_configuration_that_was_not_proved_is_caught():
    proved = replace(declared(), digest="aaaa")
    [found] = second_differences(record(digest="r"), record(digest="bbbb"), proved, Policy(gates=()))
    assert (found.key, found.before, found.after) == ("config", "aaaa", "bbbb")


# axis, what it carries, what follows → the layers that it is declared to change
MEANT = {
    "data.rows": ("data.rows", (), (), {"data.train"}),
    "features": ("features", (), (), {"data.train"}),
    "a choice of data": ("data/source", (), (), {"data.train"}),
    "a choice that carries data": ("model", ("data.rows",), (), {"data.train"}),
    "a key that data follow": ("size", (), ("data.rows",), {"data.train"}),
    "data in the middle of a key": ("model.data", (), (), set()),
    "any other": ("lr", (), (), set()),
    "threads": ("trainer.num_threads", (), (), {"threads.torch"}),
    "device": ("trainer.device", (), (), {"device.name", "device.deterministic"}),
    "repeatable": ("trainer.deterministic", (), (), {"device.name", "device.deterministic"}),
}


@pytest.mark.parametrize("case", MEANT)
def test_an_axis_may_change_what_it_is_declared_to_change_and_no_variable(case):
    axis, carried, follows, free = MEANT[case]
    one = record(
        data={"train": "a", "evaluation": "a"},
        environment={
            "threads": {"torch": 1, "OMP_NUM_THREADS": "1"},
            "device": {"name": "cpu", "deterministic": False, "MKL_CBWR": "a"},
        },
    )
    other = record(
        data={"train": "b", "evaluation": "b"},
        environment={
            "threads": {"torch": 2, "OMP_NUM_THREADS": "2"},
            "device": {"name": "gpu", "deterministic": True, "MKL_CBWR": "b"},
        },
    )
    found = {
        change.key for change in second_differences(one, other, declared(axis, carried=carried, follows=follows), EVERY)
    }
    everything = {
        "data.train",
        "data.evaluation",
        "threads.torch",
        "threads.OMP_NUM_THREADS",
        "device.name",
        "device.deterministic",
        "device.MKL_CBWR",
    }
    assert found == everything - free


def test_a_layer_that_is_left_out_is_said():
    assert gate_remarks(EVERY) == ()
    [said] = gate_remarks(Policy(gates=("code", "data", "threads", "device")))
    assert said.startswith("hydra.sweeper.policy.gates leaves out packages")


# -- before a trial runs -----------------------------------------------------------------------------


def test_what_was_recorded_is_checked_before_a_trial_runs(world):
    done = world.record()
    trial = Trial(0, None, None, None, 0, (), "", ".")
    given = {"OMP_NUM_THREADS": "1"}
    # The stand-ins are installed for the trial only.
    packages = {name: text for name, text in done.environment["packages"].items() if name not in ("fakelib", "torch")}
    done = replace(done, environment={**done.environment, "packages": packages})
    now = Present(world.project, given)
    assert same_identity(done, trial, now) == ()

    assert [change.key for change in same_identity(done, replace(trial, digest="x", seed=3), now)] == ["config", "seed"]
    assert [change.key for change in same_environment(done, {})] == ["threads.OMP_NUM_THREADS"]
    old = replace(done, environment={**done.environment, "packages": {"pytest": "1.0", "no-such": "2"}})
    assert [(change.key, change.before) for change in same_environment(old, given)] == [
        ("packages.pytest", "1.0"),
        ("packages.no-such", "2"),
    ]
    world.edit("project/late.py")
    (world.project / "net.py").unlink()
    world.edit("project/plots.py")
    gone, edited = sorted(same_code(done, world.project), key=lambda change: change.after is not ABSENT)
    assert (gone.key, gone.after) == ("code.net.py", ABSENT)
    assert edited.key == "code.late.py"


def test_data_files_are_looked_at_again(world):
    done = world.record()
    touches("project/data/train.csv", 1_000_000_000)(world)
    assert same_data(done, world.project) == ()
    writes("project/data/train.csv", "9,9\n")(world)
    (world.project / "data/images/one.png").unlink()
    assert [change.key for change in same_data(done, world.project)] == [
        "data.train.data/train.csv",
        "data.test.data/images/one.png",
    ]


def test_a_record_that_kept_nothing_proves_nothing(tmp_path):
    assert [change.key for change in same_code(record(), tmp_path)] == ["code"]
    assert [change.key for change in same_environment(record(), environ())] == ["packages"]
    assert variables({"HOME": "x", "OMP_NUM_THREADS": "1"})["threads"] == {"OMP_NUM_THREADS": "1"}
