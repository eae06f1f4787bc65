"""One small project, and the record of a trial of it under any variation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from oneaxis.trial.codec import read_record
from oneaxis.trial.environment import VARIABLES
from oneaxis.vocabulary import Record

PROJECT = Path(__file__).parent / "project"
TORCH = '''"""A stand-in for PyTorch: it says what variables tell it, and computes nothing."""

from os import environ
from types import SimpleNamespace as Named

cuda = Named(is_initialized=lambda: "FAKE_GPU" in environ, get_device_name=lambda: environ["FAKE_GPU"])
backends = Named(cudnn=Named(deterministic=False, benchmark="FAKE_BENCHMARK" in environ))


def get_num_threads():
    return int(environ.get("FAKE_THREADS", "1"))


def are_deterministic_algorithms_enabled():
    return "FAKE_DETERMINISTIC" in environ


def get_float32_matmul_precision():
    return environ.get("FAKE_PRECISION", "highest")
'''


@dataclass
class World:
    """A project with its data, a library beside it, installed packages, and the variables a trial starts with."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    cwd: str = "project"

    @property
    def project(self) -> Path:
        return self.root / "project"

    @property
    def installed(self) -> Path:
        return self.root / "lib" / "site-packages"

    def edit(self, file: str, more: str = "MORE = 1\n") -> None:
        with (self.root / file).open("a") as stream:
            stream.write(more)

    def upgrade(self, package: str, version: str) -> None:
        [before] = self.installed.glob(f"{package}-*.dist-info")
        before.rename(before.with_name(f"{package}-{version}.dist-info"))

    def record(self) -> Record:
        """Run a trial in a process of its own."""
        folder = self.root / "out"
        folder.mkdir(exist_ok=True)
        inherited = {name: text for name, text in os.environ.items() if name not in sum(VARIABLES.values(), ())}
        path = os.pathsep.join([str(self.root / "shared"), str(self.installed), *sys.path[1:]])
        subprocess.run(
            [sys.executable, str(self.project / "train.py"), str(folder)],
            env={**inherited, "OMP_NUM_THREADS": "1", "PYTHONPATH": path, **self.variables},
            cwd=self.root / self.cwd,
            check=True,
        )
        return read_record(folder)


def new_world(root: Path) -> World:
    shutil.copytree(PROJECT, root / "project", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "project" / "pyproject.toml").touch()  # a project's root is known by it
    data = root / "project" / "data"
    (data / "images").mkdir(parents=True)
    for name, text in {"train.csv": "1,2\n", "first.csv": "a\nb\n", "second.csv": "c\n", "unused.csv": "x\n"}.items():
        (data / name).write_text(text)
    for name in ("one.png", "two.png"):
        (data / "images" / name).write_text(name)
    (root / "shared").mkdir()
    (root / "shared" / "shared.py").write_text("SHIFT = 3\n")
    for name, text in {"fakelib": "FACTOR = 4\n", "torch": TORCH, "never": "NEVER = 5\n"}.items():
        package = root / "lib" / "site-packages" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(text)
        metadata = package.with_name(f"{name}-1.0.dist-info")
        metadata.mkdir()
        (metadata / "RECORD").write_text(f"{name}/__init__.py,,\n")
    return World(root)


@pytest.fixture(scope="session")
def before(tmp_path_factory):
    """The record of the project as it is."""
    return new_world(tmp_path_factory.mktemp("before")).record()


@pytest.fixture
def world(tmp_path):
    return new_world(tmp_path / "world")
