"""The snapshot composes what Hydra itself composes, again and again, whatever happens to the files."""

from __future__ import annotations

import pickle
import shutil

import cloudpickle
import pytest
from hydra.types import RunMode
from omegaconf import OmegaConf

from oneaxis.composing.snapshot import SnapshotLoader, take_snapshot

FILES = {
    "config.yaml": """
defaults:
  - model: small
  - data: near
  - optimizer@net.optimizer: sgd
  - optional extra: ${model}_extra
  - _self_
  - experiment: null
seed: 0
lr: 0.1
rate: ${lr}
nested: {list: [1, 2], deep: {a: 1}}
""",
    "model/small.yaml": "width: 1\n",
    "model/large.yaml": "defaults: [layers@blocks: two]\nwidth: 9\n",
    "model/layers/two.yaml": "count: 2\n",
    "data/near.yaml": "# @package corpus\nrows: 10\n",
    "data/far.yaml": "# @package corpus\nrows: 90\n",
    "optimizer/sgd.yaml": "momentum: 0\n",
    "optimizer/adam.yaml": "betas: [0.9, 0.99]\n",
    "extra/large_extra.yaml": "bonus: true\n",
    "experiment/far.yaml": "# @package _global_\ndefaults:\n  - override /data: far\nlr: 5\n",
}
COMPOSITIONS = [
    [],
    ["lr=1"],
    ["model=large"],
    ["model=large", "data=far"],
    ["optimizer@net.optimizer=adam"],
    ["experiment=far"],
    ["experiment=far", "lr=2"],
    ["+new=1"],
    ["++lr=3"],
    ["~lr"],
    ["~extra"],
    ["~data"],
    ["+optimizer@second=adam"],
    ["nested.list=[3]"],
    ["nested={b: 1}"],
    ["+nested={b: 1}"],
    ["lr=null"],
    ["rate='${seed}'"],
    ["model=large", "lr=1"],
    ["lr=1", "model=large"],
    ["model={width: 3}"],
    ["model.width=7", "model=large"],
    ["experiment=far", "model=large", "+new=1"],
    ["experiment=null"],
    ["~data=near"],
    ["~data=far"],
    ["+data=far"],
    ["optimizer@net.optimizer=adam", "data=far", "lr=1,2"],
    ["hydra.sweep.subdir=x"],
    ["hydra.sweep.subdir='a=1,b=2'", "hydra.sweep.dir='/x y'"],
    ["hydra/job_logging=none"],
    ["hydra.searchpath=[file:///nowhere]"],
    ["model=unknown"],
    ["unknown=1"],
    ["+lr=1"],
]


@pytest.fixture
def loader_of(tmp_path):
    """A loader of Hydra's own over FILES, and the configuration of a multirun."""
    import hydra
    from hydra.core.global_hydra import GlobalHydra

    for name, text in FILES.items():
        path = tmp_path / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with hydra.initialize_config_dir(str(tmp_path / "conf"), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        yield loader, loader.load_configuration("config", [], RunMode.MULTIRUN), tmp_path / "conf"


def outcome(loader, master, overrides):
    """All that can be seen of a composition, or how it failed."""
    try:
        config = loader.load_sweep_config(master, list(overrides))
    except Exception as error:  # noqa: BLE001 - failures are compared as well
        return type(error), str(error), str(error.__cause__)
    return (
        OmegaConf.to_yaml(config),
        list(config),
        OmegaConf.is_struct(config),
        OmegaConf.is_readonly(config),
        OmegaConf.get_type(config.hydra),
        OmegaConf.get_type(config.hydra.job),
    )


@pytest.mark.filterwarnings("ignore:provider=hydra.searchpath")
@pytest.mark.parametrize("overrides", COMPOSITIONS, ids=" ".join)
def test_it_composes_what_hydra_composes_from_files_and_from_memory(loader_of, overrides):
    loader, master, _ = loader_of
    snapshot, reason = take_snapshot(loader, master)
    assert reason is None
    expected = outcome(loader, master, overrides)
    assert outcome(snapshot, master, overrides) == expected
    assert outcome(snapshot, master, overrides) == expected


@pytest.mark.filterwarnings("ignore:provider=hydra.searchpath")
def test_what_was_composed_before_changes_nothing(loader_of):
    """One memory for all compositions: what decides a defaults list must all be in its key."""
    loader, master, _ = loader_of
    snapshot, _ = take_snapshot(loader, master)
    theirs = [outcome(loader, master, overrides) for overrides in COMPOSITIONS]
    for there_and_back in (1, -1):
        for overrides, expected in list(zip(COMPOSITIONS, theirs, strict=True))[::there_and_back]:
            assert outcome(snapshot, master, overrides) == expected, overrides


def test_hydras_own_loader_keeps_its_own_ways(loader_of):
    from hydra._internal import config_loader_impl, defaults_list

    loader, master, _ = loader_of
    snapshot, _ = take_snapshot(loader, master)
    outcome(snapshot, master, ["model=unknown"])
    outcome(snapshot, master, ["model=large"])
    assert config_loader_impl.create_defaults_list is defaults_list.create_defaults_list


def test_changing_what_was_composed_changes_no_later_composition(loader_of):
    loader, master, _ = loader_of
    snapshot, _ = take_snapshot(loader, master)
    expected = outcome(snapshot, master, ["model=large"])
    config = snapshot.load_sweep_config(master, ["model=large"])
    config.nested.deep.a = 99
    config.nested.list.append(3)
    config.model.width = 0
    config.hydra.job.name = "other"
    assert outcome(snapshot, master, ["model=large"]) == expected


def test_what_was_read_once_is_frozen(loader_of):
    loader, master, conf = loader_of
    snapshot, _ = take_snapshot(loader, master)
    before = outcome(snapshot, master, ["model=large"])
    for name in FILES:
        (conf / name).write_text("width: 1000\n")
    assert outcome(snapshot, master, ["model=large"]) == before
    assert outcome(loader, master, ["model=large"]) != before


def test_it_travels_to_another_process_with_what_it_read(loader_of):
    loader, master, conf = loader_of
    snapshot, _ = take_snapshot(loader, master)
    before = outcome(snapshot, master, ["model=large"])
    travelled = pickle.loads(cloudpickle.dumps(snapshot))
    (conf / "model" / "large.yaml").write_text("width: 1000\n")
    assert outcome(travelled, master, ["model=large"]) == before


def test_where_it_travels_to_the_files_need_not_be(loader_of):
    loader, master, conf = loader_of
    snapshot, _ = take_snapshot(loader, master)
    before = outcome(snapshot, master, ["model=large"])
    travelled = pickle.loads(cloudpickle.dumps(snapshot))
    shutil.rmtree(conf)
    assert outcome(travelled, master, ["model=large"]) == before


def test_where_each_group_lives_is_told_from_the_snapshot_too(loader_of):
    loader, master, _ = loader_of
    snapshot, _ = take_snapshot(loader, master)
    asked = {"config_name": "config", "overrides": ["model=large"], "run_mode": RunMode.RUN}
    for one, other in zip(
        loader.compute_defaults_list(**asked).defaults, snapshot.compute_defaults_list(**asked).defaults, strict=True
    ):
        assert (one.config_path, one.package, one.override_key) == (
            other.config_path,
            other.package,
            other.override_key,
        )


def test_an_unknown_hydra_is_left_alone(loader_of, monkeypatch):
    loader, master, _ = loader_of
    monkeypatch.setattr("hydra.__version__", "1.4.0")
    same, reason = take_snapshot(loader, master)
    assert same is loader
    assert "Hydra 1.4.0" in reason


def test_a_snapshot_that_composes_something_else_is_not_used(loader_of, monkeypatch):
    loader, master, _ = loader_of
    real = SnapshotLoader._compose_config_from_defaults_list

    def other(self, defaults, repo):
        config = real(self, defaults, repo)
        config.lr = 7
        return config

    monkeypatch.setattr(SnapshotLoader, "_compose_config_from_defaults_list", other)
    same, reason = take_snapshot(loader, master)
    assert same is loader
    assert "another configuration" in reason
