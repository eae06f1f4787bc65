"""From a wheel: what it and the sdist hold, and a study run from it; `make matrix` runs one in clean environments."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_both_import_roots_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"oneaxis", "hydra_plugins"}
    assert {"oneaxis/__init__.py", "oneaxis/py.typed", "oneaxis/cli.py"} <= set(names)
    assert {"hydra_plugins/oneaxis/__init__.py", "hydra_plugins/oneaxis/sweeper.py"} <= set(names)
    assert "hydra_plugins/__init__.py" not in names  # a namespace that other plugins share
    assert [name for name in names if "cache" in name or name.endswith(".pyc")] == []
    templates = "oneaxis/loop/init/templates/"
    assert f"{templates}shared/gitignore" in names
    assert [name for name in names if name.endswith(".yaml") and not name.startswith(templates)] == []


def test_the_wheel_says_what_it_is_and_needs(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    archive = zipfile.ZipFile(wheel)
    said = {Path(name).name: archive.read(name) for name in archive.namelist() if ".dist-info/" in name}
    metadata = message_from_bytes(said["METADATA"])
    for key, value in (("Name", "name"), ("Version", "version"), ("Requires-Python", "requires-python")):
        assert metadata[key] == project[value]
    assert metadata["License-Expression"] == "MIT"
    assert set(metadata.get_all("Provides-Extra")) == set(project["optional-dependencies"])
    needed = [each for each in metadata.get_all("Requires-Dist") if "extra ==" not in each]
    assert len(needed) == len(project["dependencies"])
    assert said["entry_points.txt"].split(b"\n")[:2] == [b"[console_scripts]", b"oneaxis = oneaxis.cli:main"]
    assert said["LICENSE"] == (ROOT / "LICENSE").read_bytes()


def test_the_sdist_holds_the_sources_and_no_results(tmp_path):
    _run("-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(ROOT))
    [built] = tmp_path.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"src/oneaxis/py.typed", "src/hydra_plugins/oneaxis/sweeper.py", "conf/reference.yaml"} <= names
    assert {"train.py", "Makefile", "LICENSE", "pyproject.toml", "PKG-INFO", "tests/conftest.py"} <= names
    assert {".ci/run", ".github/workflows/ci.yml", "CONTRIBUTING.md", "docs/tutorial.md", "bench/run.py"} <= names
    assert {name.partition("/")[0] for name in names} & {"outputs", "mlruns", "mlflow.db", ".venv"} == set()
    assert [name for name in names if "__pycache__" in name] == []


def test_a_study_runs_from_an_installed_wheel(wheel, host, store, tmp_path):
    environment = tmp_path / "environment"
    _run("-m", "venv", "--without-pip", str(environment))
    [packages] = environment.glob("lib/python*/site-packages")
    _run("-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target", str(packages), str(wheel))
    # All but oneaxis comes from where the tests run; files like the editable install's `.pth` there aren't read.
    [others] = [path for path in sys.path if Path(path, "omegaconf").is_dir()]
    (packages / "others.pth").write_text(f"{others}\n")

    app = host("plain")
    app.interpreter = str(environment / "bin" / "python")
    assert app.python("-c", "import oneaxis; print(oneaxis.__file__)").out.startswith(str(packages))
    ended = app.sweep("lr=0.5,1", tracking=store.uri)
    assert ended.status == 0, ended
    assert app.study.statuses == {"reference": "finished", "lr=0.5": "finished", "lr=1": "finished"}
    assert {"reference", "lr=0.5", "lr=1"} < set(store.runs)
    compared = app.python("-m", "oneaxis.cli", "compare")
    assert compared.status == 0
    assert "lr: 0.25 → 0.5" in compared.out


def _run(*command):
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
