"""What a study is asked to do: the command line and the file of axes, joined."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import OmegaConf

from hydra_plugins.oneaxis.config import SweeperSettings
from oneaxis.composing.compose import Composer
from oneaxis.composing.overrides import Grammar
from oneaxis.errors import BadOverride, CannotCompose
from oneaxis.loop.ask import ask
from oneaxis.loop.settings import read_settings

HOSTS = Path(__file__).parents[1] / "hosts"


@pytest.fixture
def asked(hydra_restore_singletons):
    """`asked(*typed, host=…, **settings)` is the request of `python app.py -m …` in that app's folder."""

    def asked_(*typed, host="axes_in_files", config="config", screen_typed=False, **changed):
        settings = read_settings(
            OmegaConf.create(
                {
                    "sweeper": OmegaConf.merge(OmegaConf.structured(SweeperSettings), changed),
                    "overrides": {"hydra": ["hydra.sweeper.screen=[epochs]"] if screen_typed else []},
                }
            )
        )
        with initialize_config_dir(str(HOSTS / host / "conf"), version_base="1.3"):
            loader = GlobalHydra.instance().config_loader()
            master = loader.load_configuration(config, ["hydra/sweeper=oneaxis"], run_mode=RunMode.MULTIRUN)
            return ask(settings, Grammar(loader, carries=settings.carries), Composer(loader, master), typed)

    return asked_


FILE = {"lr": [1, 2], "model": "linear,forest"}


@pytest.mark.parametrize(
    "typed, axes",
    [
        ([], ["lr", "model"]),
        (["epochs=5"], ["lr", "model"]),
        (["epochs=5,6"], ["epochs"]),
        (["lr=7,8"], ["lr"]),
        (["axes=models"], ["lr", "model"]),
        (["axes=models", "epochs=5,6"], ["epochs", "lr", "model"]),
        (["seed=1,2"], ["lr", "model"]),  # seeds are no axis
    ],
)
def test_typed_axes_replace_the_default_files_and_add_to_a_chosen_ones(asked, typed, axes):
    assert [axis.key for axis in asked(*typed, axes=FILE).axes] == axes


@pytest.mark.parametrize(
    "typed, settings, axes",
    [
        ([], {"screen": ["epochs"], "axes": FILE}, ["lr", "model", "epochs"]),  # beside the axes of its file
        (["lr=7,8"], {"screen": ["epochs"], "axes": FILE}, ["lr", "epochs"]),
        ([], {"screen": ["epochs"], "screen_typed": True, "axes": FILE}, ["epochs"]),
        (["axes=models"], {"screen": ["epochs"], "screen_typed": True, "axes": FILE}, ["lr", "model", "epochs"]),
        (["epochs=5,6"], {"screen": ["epochs"]}, ["epochs"]),
    ],
)
def test_a_screen_is_typed_like_an_axis_or_stands_in_a_file(asked, typed, settings, axes):
    assert [axis.key for axis in asked(*typed, **settings).axes] == axes


@pytest.mark.parametrize("change", ["epochs=7", {"epochs": 7}])
def test_a_control_is_one_change_as_text_or_as_a_mapping(asked, change):
    [(kind, axis)] = asked("lr=1,2", controls={"bite": change}).controls
    assert (kind, axis.key, axis.candidates) == ("bite", "epochs", ("7",))


def test_a_control_that_can_t_be_read_is_named(asked):
    with pytest.raises(BadOverride, match=r"sweeper\.controls\.bite: `lr=\[1` can't be read .*; write KEY=VALUE"):
        asked("lr=1,2", controls={"bite": "lr=[1"})


def test_an_axis_of_both_sides_is_refused(asked):
    with pytest.raises(BadOverride, match="axis `lr` is named twice, on the command line and in the chosen file"):
        asked("axes=models", "lr=7,8", axes=FILE)


@pytest.mark.parametrize(
    "typed, seeds",
    [([], 3), (["seed=7,8"], (7, 8)), (["seed=choice(7)"], (7,)), (["seed=7"], 3), (["seed=range(1,4)"], (1, 2, 3))],
)
def test_a_sweep_over_the_seed_key_outranks_the_settings_seeds(asked, typed, seeds):
    assert asked(*typed, seeds=3).seeds == seeds


def test_the_seed_key_may_be_another(asked):
    request = asked("epochs=1,2", "seed=3,4", seed_key="epochs")
    assert request.seeds == (1, 2)
    assert [axis.key for axis in request.axes] == ["seed"]


def test_choosing_a_file_of_axes_moves_no_reference(asked):
    request = asked("axes=models", "lr=7", axes=FILE)
    assert request.choosing == ("axes",)
    assert [item.text for item in request.fixed] == ["axes=models", "lr=7"]


def test_carries_belongs_to_its_axis(asked):
    by_key = {axis.key: axis.carries for axis in asked(axes=FILE, carries={"model": ["features"]}).axes}
    assert by_key == {"lr": (), "model": ("features",)}


def test_carries_of_no_axis_is_refused_where_there_are_axes(asked):
    with pytest.raises(BadOverride, match=r"carries names `modle`, which is no axis of this study \(lr, model\)"):
        asked(axes=FILE, carries={"modle": ["features"]})
    assert asked(carries={"modle": ["features"]}).axes == ()


def test_a_reference_that_can_not_be_composed_is_said_to_be_that(asked):
    with pytest.raises(CannotCompose, match=r"the reference can't be composed: .*You must specify 'model'"):
        asked("lr=1,2", host="unfinished", config="open_group")


def test_without_a_reference_it_need_not_be_composable(asked):
    assert asked("model=small,large", host="unfinished", config="open_group", reference=False).unstable == frozenset()
