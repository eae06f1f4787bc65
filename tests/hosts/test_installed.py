"""From a wheel: what it holds, and a study run from it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
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
