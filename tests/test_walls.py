"""The walls of the house: who may import what, and what stays light."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("mlflow", "pandas", "scipy", "sklearn", "torch", "matplotlib")
LOADED = f"import json, sys; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"


def test_imports_point_down_and_pure_rooms_stay_pure():
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 broken" in ran.stdout


def heavy_after(code):
    ran = subprocess.run([sys.executable, "-c", f"{code}\n{LOADED}"], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "code",
    [
        "import oneaxis",
        "import oneaxis; oneaxis.__version__, oneaxis.log, oneaxis.predictions",
        "import hydra_plugins.oneaxis.config, hydra_plugins.oneaxis.sweeper",
        "from hydra.core.plugins import Plugins; Plugins.instance()",
        "from oneaxis.loop import run_study, single_run",
        "from oneaxis.trial import guard",
    ],
)
def test_importing_loads_nothing_heavy(code):
    assert heavy_after(code) == []


def test_the_check_sees_what_is_heavy():
    assert heavy_after("import scipy") != []


def test_hydra_finds_the_plugin_and_nothing_heavy_comes_along():
    found = (
        "from hydra.core.plugins import Plugins; from hydra.plugins.sweeper import Sweeper\n"
        "names = [each.__name__ for each in Plugins.instance().discover(Sweeper)]\n"
        "assert names.count('OneAxisSweeper') == 1, names"
    )
    assert heavy_after(found) == []


@pytest.mark.parametrize("command", ["", "plan", "compare", "report", "sync"])
def test_help_loads_nothing_heavy_and_no_hydra(command):
    code = f"""
import contextlib, sys
from oneaxis.cli import main
with contextlib.suppress(SystemExit):
    main([*{command!r}.split(), "--help"])
assert "hydra" not in sys.modules
assert "omegaconf" not in sys.modules
"""
    assert heavy_after(code) == []


def test_the_plugins_folder_is_a_namespace_that_others_share():
    assert not (ROOT / "src" / "hydra_plugins" / "__init__.py").exists()
    assert (ROOT / "src" / "hydra_plugins" / "oneaxis" / "__init__.py").read_text() == ""
