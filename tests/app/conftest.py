"""The demo as a user has it: train.py and conf/ in a folder of its own, with an MLflow store beside them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import Host, Store

ROOT = Path(__file__).parents[2]


class Demo(Host):
    """A copy of this repository's app."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.store = Store(root / "mlflow.db")

    def study_of(self, *overrides: str, report: bool = False):
        """Run `python train.py -m …`, which must end well."""
        quick = [] if report else ["hydra.sweeper.report=false"]  # drawing takes longer than these studies
        ended = self.python("train.py", "-m", *overrides, *quick)
        assert ended.status == 0, ended.err
        return ended


@pytest.fixture(scope="module")
def make_demo(ready_store, tmp_path_factory):
    def make() -> Demo:
        root = tmp_path_factory.mktemp("demo")
        shutil.copytree(ROOT / "conf", root / "conf")
        shutil.copy(ROOT / "train.py", root)
        shutil.copy(ready_store, root / "mlflow.db")
        return Demo(root)

    return make


@pytest.fixture
def demo(make_demo):
    return make_demo()
