"""Where a trial ran, and how the study was started."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version

import pytest

from oneaxis.trial.provenance import THREAD_VARIABLES, machine

APP = "import json; from oneaxis.trial.provenance import entry_point; print(json.dumps(entry_point()))"


def test_the_machine_is_described_in_plain_values(monkeypatch):
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = machine()

    assert found["threads"] == {"OMP_NUM_THREADS": "3"}
    assert found["python"] == platform.python_version()
    assert found["process"] == os.getpid()
    assert found["packages"]["oneaxis"] == version("oneaxis")
    assert found["packages"]["hydra-core"] == version("hydra-core")
    assert json.loads(json.dumps(found)) == found


def test_a_package_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr("oneaxis.trial.provenance.PACKAGES", ("numpy", "no-such-package-anywhere"))
    assert list(machine()["packages"]) == ["numpy"]


@pytest.mark.parametrize(
    "folder, command, expected",
    [
        (".", ["app.py"], ["app.py"]),
        (".", ["./app.py"], ["app.py"]),
        (".", ["package/train.py"], ["package/train.py"]),
        ("package", ["train.py"], ["train.py"]),
        (".", ["-m", "package.train"], ["-m", "package.train"]),
        (".", ["-m", "package"], ["-m", "package"]),
        (".", ["-m", "app"], ["-m", "app"]),
    ],
)
def test_the_entry_point_is_the_command_that_starts_the_app_again(tmp_path, folder, command, expected):
    (tmp_path / "package").mkdir()
    for name in ("app.py", "package/train.py", "package/__main__.py", "package/__init__.py"):
        (tmp_path / name).write_text("" if name.endswith("init__.py") else APP)
    ran = subprocess.run([sys.executable, *command], cwd=tmp_path / folder, capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout) == expected


def test_an_app_outside_of_the_folder_is_named_in_full(tmp_path):
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "elsewhere").mkdir()
    ran = subprocess.run(
        [sys.executable, "../app.py"], cwd=tmp_path / "elsewhere", capture_output=True, text=True, check=True
    )

    [entry] = json.loads(ran.stdout)
    assert (tmp_path / "elsewhere" / entry).samefile(tmp_path / "app.py")
