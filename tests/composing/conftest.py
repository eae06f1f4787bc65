"""A configuration folder, and Hydra's own loader for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from oneaxis.composing.compose import Composer
from oneaxis.composing.overrides import Grammar
from oneaxis.vocabulary import Composed

CONF = {
    "config.yaml": """
        defaults:
          - model: mlp
          - data: digits
          - opt@model.opt: sgd
          - optional extra: ${model}_extra
          - optional axes: null
          - _self_
        seed: 0
        lr: 0.1
        text: hello
        layers: [1, 2]
        nested: [{a: 1}, {a: 2}]
        nothing: null
        empty: {}
        twice: ${lr}
        deep: {er: {still: 1}}
        host: ${oc.env:ONEAXIS_TEST_UNSET,nobody}
        overrides: ${hydra:job.override_dirname}
        """,
    "open.yaml": "defaults:\n  - model: ???\n  - _self_\nlr: ???",
    "stamped.yaml": """
        seed: 0
        draw: ${oneaxis_test_draw:}
        lr: 1
        broken: ${oneaxis_test_raises:}
        mixed: [1, {a: '${oneaxis_test_raises:}', b: '${lr}'}]
        """,
    "model/mlp.yaml": "width: 3",
    "model/cnn.yaml": "width: 4\nkernel: 5",
    "model/gru.yaml": "depth: 6",
    "model/deep.yaml": """
        defaults:
          - head: big
          - /data@table: wine
          - _self_
        depth: 6
        """,
    "model/heir.yaml": "defaults: [mlp, _self_]\ndepth: 6",
    "model/afar.yaml": "# @package away\ndefaults: [head: big]\ndepth: 7",
    "model/head/big.yaml": "heads: 8",
    "size/1.yaml": "n: 1",
    "size/null.yaml": "n: 0",
    "data/digits.yaml": "rows: 9",
    "data/wine.yaml": "# @package table\nrows: 3",
    "data/global.yaml": "# @package _global_\nrows: 1",
    "opt/sgd.yaml": "momentum: 0",
    "opt/adam.yaml": "beta: 1",
    "extra/cnn_extra.yaml": "more: 1",
    "axes/small.yaml": "# @package hydra.sweeper\naxes: {lr: [1]}",
    "bare/axes/one.yaml": "axes: {lr: [1]}",
    "axes/large.yaml": "# @package hydra.sweeper\naxes: {lr: [1, 2]}",
}


@dataclass(frozen=True)
class App:
    """A Hydra app's loader and the master configuration that its sweeper gets."""

    folder: Path
    loader: ConfigLoader
    master: DictConfig
    config_name: str
    composed: dict[Any, Composed] = field(default_factory=dict)

    @property
    def grammar(self) -> Grammar:
        return Grammar(self.loader, carries={"model": ["data"]})

    @property
    def composer(self) -> Composer:
        return Composer(self.loader, self.master)

    def compose(self, overrides: Sequence[str], *, places: bool = False) -> Composed:
        """Compose as a study does; the same overrides only once, since composing takes time."""
        asked = (*overrides, places)
        if asked not in self.composed:
            self.composed[asked] = self.composer(overrides, places=places)
        return self.composed[asked]

    def hydras_own(self, *overrides: str) -> tuple[Any, Any]:
        """What `hydra.compose` makes of the overrides: the unresolved container, and Hydra's choices."""
        with initialize_config_dir(str(self.folder), version_base="1.3"):
            whole = compose(self.config_name, list(overrides), return_hydra_config=True)
        chosen = OmegaConf.to_container(whole.hydra.runtime.choices)
        config = OmegaConf.to_container(whole, resolve=False)
        del config["hydra"]
        return config, {key: value for key, value in chosen.items() if not key.startswith("hydra/")}


@pytest.fixture(scope="session")
def conf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("conf")
    for name, text in CONF.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        lines = text.strip("\n").splitlines()
        margin = len(lines[0]) - len(lines[0].lstrip())
        path.write_text("\n".join(line[margin:] for line in lines))
    return folder


@pytest.fixture(scope="session")
def app(conf):
    """`app("config")`: an app whose primary configuration is config.yaml."""

    def made(name: str = "config") -> App:
        with initialize_config_dir(str(conf), version_base="1.3", job_name="app"):
            loader = GlobalHydra.instance().config_loader()
            master = loader.load_configuration(name, ["hydra/sweeper=oneaxis"], RunMode.MULTIRUN)
        return App(conf, loader, master, name)

    apps: dict[str, App] = {}

    def made_once(name: str = "config") -> App:
        if name not in apps:
            apps[name] = made(name)
        return apps[name]

    return made_once
