"""Where a trial ran, and how the study was started."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys

import pytest

from oneaxis.trial.loaded import from_root
from oneaxis.trial.provenance import machine

APP = "import json; from oneaxis.trial.provenance import entry_point; print(json.dumps(entry_point()))"


def test_the_machine_is_described_in_plain_values():
    found = machine()

    assert found["host"] == platform.node()
    assert found["process"] == os.getpid()
    assert found["cores"] >= 1
    assert json.loads(json.dumps(found)) == found


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


@pytest.mark.parametrize(
    "file, root, path",
    [
        ("real/app.py", "real", "app.py"),
        ("real/..odd", "real", "..odd"),
        ("link/app.py", "link", "app.py"),
        ("real/app.py", "link", "app.py"),
        ("link/app.py", "real", "app.py"),
        ("real/deep/app.py", "real/deep", "app.py"),
        ("beside/app.py", "link", "../beside/app.py"),
        ("link/out/app.py", "link", "out/app.py"),  # where it stands counts, not where a link within leads
    ],
)
def test_a_files_path_is_the_projects_own_whatever_name_its_folder_is_known_by(tmp_path, file, root, path):
    for folder in ("real/deep", "beside"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "out").symlink_to(tmp_path / "beside")
    for place in ("real/app.py", "real/..odd", "real/deep/app.py", "beside/app.py"):
        (tmp_path / place).touch()
    assert from_root(str(tmp_path / file), str(tmp_path / root)) == path
