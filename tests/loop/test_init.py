"""`oneaxis init`: a project that works at once, and never writes over anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from oneaxis import cli
from oneaxis.loop.init.project import init

EVERYWHERE = {
    ".gitignore", "Makefile", "README.md", "pyproject.toml", "train.py", "tests/test_project.py",
    "conf/reference.yaml", "conf/axes/default.yaml",
}  # fmt: skip


def run(root, *command):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PYTEST_"))},
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.mark.parametrize("framework", ["sklearn", "torch"])
def test_it_has_everything_and_its_study_is_planned(tmp_path, capsys, framework):
    root = tmp_path / "My first study"
    assert cli.main(["init", str(root), "--framework", framework]) == 0
    said = capsys.readouterr().out
    assert f"next: cd '{root}' && python train.py -m" in said
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert files >= EVERYWHERE
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["name"] == "my-first-study"
    assert not [path for path in files if "{" in (root / path).read_text() and path == "README.md"]
    planned = run(root, "train.py", "-m", "hydra.sweeper.dry_run=true")
    assert planned.returncode == 0, planned
    assert "Plan: 30 trials = (the reference + 5 deviations) × 5 seeds" in planned.stdout


def test_the_floor_of_the_page_is_shown_and_planned(tmp_path):
    root = tmp_path / "new"
    init(root)
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "new-project.md").read_text()
    dummy, ladder = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (root / "conf" / "model" / "dummy.yaml").write_text(dummy)
    (root / "conf" / "axes" / "ladder.yaml").write_text(ladder)
    assert "model=dummy not measured, model=tree not measured" in run(root, "-m", "oneaxis.cli", "status").stdout
    ran = run(root, "train.py", "-m", "axes=ladder", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false")
    assert "all 3 trials finished" in " ".join(ran.stdout.split()), ran


def test_its_own_tests_pass_and_so_does_its_study(tmp_path):
    init(tmp_path / "new")
    ended = run(tmp_path / "new", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 passed" in ended.stdout


@pytest.mark.parametrize(
    "kept, requirement",
    [
        ('{"url": "file:///home/ada/oneaxis", "dir_info": {"editable": true}}', "oneaxis @ file:///home/ada/oneaxis"),
        (
            '{"url": "https://host/ada/oneaxis.git", "vcs_info": {"vcs": "git", "commit_id": "f00d"}}',
            "oneaxis @ git+https://host/ada/oneaxis.git@f00d",
        ),
        (
            '{"url": "ssh://git@host/all.git", "subdirectory": "one", "vcs_info": {"vcs": "git", "commit_id": "f00d"}}',
            "oneaxis @ git+ssh://git@host/all.git@f00d#subdirectory=one",
        ),
        ('{"url": "file:///tmp/oneaxis.whl", "archive_info": {}}', "oneaxis @ file:///tmp/oneaxis.whl"),
        (None, "oneaxis"),  # from an index
        ("{", "oneaxis"),
        ("[]", "oneaxis"),
    ],
)
def test_a_project_requires_the_oneaxis_that_made_it(tmp_path, monkeypatch, kept, requirement):
    class Installed:
        def read_text(self, name):
            assert name == "direct_url.json"
            return kept

    monkeypatch.setattr("oneaxis.loop.init.project.distribution", lambda name: Installed())
    init(tmp_path / "new")
    needs = tomllib.loads((tmp_path / "new" / "pyproject.toml").read_text())["project"]["dependencies"]
    assert needs[0] == requirement


def make_install(folder, *, pip):
    """The install step of the project in `folder`/new, with a pip of our own: nothing is fetched."""
    (folder / "pip").mkdir()
    (folder / "pip" / "__main__.py").write_text(pip)
    (folder / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@" --without-pip\n')
    (folder / "python").chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = ["make", f"PYTHON={folder / 'python'}", ".venv/.installed"]
    return subprocess.run(command, cwd=folder / "new", env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("framework", ["sklearn", "torch"])
@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_its_makefile_hands_pip_each_requirement_as_one_word(tmp_path, monkeypatch, framework):
    monkeypatch.setattr("oneaxis.loop.init.project.own_requirement", lambda: "oneaxis @ file:///home/ada/it's%20mine")
    init(tmp_path / "new", framework)
    made = make_install(tmp_path, pip="import json, sys\njson.dump(sys.argv[1:], open('given.json', 'w'))\n")
    assert made.returncode == 0, made
    needs = tomllib.loads((tmp_path / "new" / "pyproject.toml").read_text())["project"]
    requirements = [*needs["dependencies"], *needs["optional-dependencies"]["test"]]
    assert "oneaxis @ file:///home/ada/it's%20mine" in requirements
    given = json.loads((tmp_path / "new" / "given.json").read_text())
    assert [word for word in given if not word.startswith("-")] == ["install", *requirements]


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_an_install_that_fails_is_tried_again(tmp_path):
    init(tmp_path / "new")
    made = make_install(tmp_path, pip="raise SystemExit(1)\n")
    assert made.returncode != 0
    assert not (tmp_path / "new" / ".venv" / ".installed").exists()


@pytest.mark.parametrize("taken", ["train.py", "conf/model/forest.yaml", "conf", "tests"])
def test_nothing_is_written_over(tmp_path, capsys, taken):
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).write_text("mine")
    assert cli.main(["init", str(tmp_path)]) == 2
    assert f"{tmp_path / taken} is there already, and nothing is written over" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


@pytest.mark.parametrize("taken", ["train.py", "tests", "tests/test_project.py"])
def test_a_link_that_leads_nowhere_is_in_the_way_too(tmp_path, capsys, taken):
    (tmp_path / taken).parent.mkdir(exist_ok=True)
    (tmp_path / taken).symlink_to("gone")
    assert cli.main(["init", str(tmp_path)]) == 2
    assert f"{tmp_path / taken} is there already, and nothing is written over" in capsys.readouterr().err
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == [tmp_path / taken]


def test_a_link_to_a_folder_is_a_folder(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "conf").symlink_to(tmp_path / "elsewhere")
    init(tmp_path / "new")
    assert (tmp_path / "elsewhere" / "reference.yaml").is_file()
