"""Hydra finds the plugin in any app, and shows it wherever it shows plugins."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest
import yaml

HEAVY = ("mlflow", "pandas", "scipy", "sklearn", "torch", "matplotlib", "numpy", "rich")


@pytest.fixture(scope="module")
def app(shared_host):
    return shared_host("plain")


def test_the_install_is_editable_and_needs_no_init_file_in_the_namespace():
    # The other tests below are about this install; tests/hosts/test_installed.py is about a wheel.
    direct = json.loads(importlib.metadata.distribution("oneaxis").read_text("direct_url.json"))
    assert direct["dir_info"] == {"editable": True}
    assert not (Path(__file__).parents[2] / "src" / "hydra_plugins" / "__init__.py").exists()


def test_hydra_lists_the_sweeper_once(app):
    shown = app.python("app.py", "--info", "plugins").out
    sweepers = shown.partition("Sweeper:")[2]
    assert [line.split()[-1] for line in sweepers.splitlines() if "OneAxis" in line] == ["OneAxisSweeper"]


def test_hydra_help_names_the_sweeper(app):
    shown = app.python("app.py", "--hydra-help").out
    [options] = [line for line in shown.splitlines() if line.startswith("hydra/sweeper:")]
    assert "oneaxis" in options
    [options] = [line for line in shown.splitlines() if line.startswith("hydra/callbacks:")]
    assert "oneaxis" in options


SETTINGS = {
    "_target_": "hydra_plugins.oneaxis.sweeper.OneAxisSweeper",
    "axes": None,
    "carries": None,
    "seeds": 1,
    "reference_seeds": None,
    "seed_key": "seed",
    "reference": True,
    "policy": {
        "metric": None,
        "metrics_file": None,
        "direction": None,
        "replicates": "training",
        "protected": None,
        "margin": None,
        "confidence": 0.95,
        "guardrails": None,
        "gates": None,
    },
    "reuse": True,
    "dry_run": False,
    "fail_fast": False,
    "tracking": "auto",
    "experiment": None,
}


def test_its_settings_can_be_printed(app):
    shown = app.python("app.py", "hydra/sweeper=oneaxis", "--cfg", "hydra", "-p", "hydra.sweeper").out
    settings = yaml.safe_load(shown)
    assert {name: settings.get(name, "not there") for name in SETTINGS} == SETTINGS


@pytest.mark.parametrize(
    "line, words",
    [
        ("hydra/sweeper=", {"hydra/sweeper=basic", "hydra/sweeper=oneaxis"}),
        ("hydra/sweeper=oneaxis hydra.sweeper.se", {"hydra.sweeper.seeds=", "hydra.sweeper.seed_key="}),
    ],
)
def test_the_shell_completes_it(app, line, words):
    typed = f"python app.py {line}"
    environment = {"COMP_LINE": typed, "COMP_POINT": str(len(typed)), "COMP_CWORD": str(len(typed.split()) - 1)}
    shown = app.python("app.py", "-sc", "query=bash", **environment)
    assert words <= set(shown.out.split()), shown


def test_an_app_that_does_not_use_it_pays_next_to_nothing(app):
    code = (
        "import sys, runpy; sys.argv = ['app.py']; runpy.run_path('app.py', run_name='__main__'); print(*sys.modules)"
    )
    loaded = set(app.python("-c", code).out.split())
    assert "hydra.plugins.sweeper" in loaded
    assert [name for name in HEAVY if name in loaded] == []
    assert [name for name in loaded if name.partition(".")[0] == "oneaxis"] == []


def test_its_modules_load_nothing_heavy(app):
    code = "import sys, hydra_plugins.oneaxis.config, hydra_plugins.oneaxis.sweeper; print(*sys.modules)"
    loaded = set(app.python("-c", code).out.split())
    assert "hydra_plugins.oneaxis.sweeper" in loaded
    assert [name for name in HEAVY if name in loaded] == []
