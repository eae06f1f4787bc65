"""Composing as Hydra does, as plain values."""

from __future__ import annotations

import itertools
import re

import pytest
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

from oneaxis.canonical import leaves, same
from oneaxis.composing.compose import Unresolved, plain
from oneaxis.errors import CannotCompose


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["lr=5"],
        ["model=cnn"],
        ["model=cnn", "model.kernel=7"],
        ["model.width=7", "model=cnn"],
        ["+model@net=gru"],
        ["opt@model.opt=adam"],
        ["data=wine"],
        ["data=global"],
        ["~data"],
        ["~lr"],
        ["+new.key=[1,{a: b}]"],
        ["++lr=null", "++fresh='x y'"],
        ["twice='${seed}'", "layers.0=9"],
        ["nested.1.a=5", "deep.er.still=0"],
        ["text='é → 🚀'"],
        ["+size='1'"],
        ["+size='null'"],
        ["model=deep"],
        ["model=deep", "data@model.table=digits"],
        ["model=heir"],
        ["model=afar"],
        ["data=[digits,wine]"],
    ],
    ids=" ".join,
)
def test_it_composes_what_hydra_composes(app, overrides):
    found = app().compose(overrides)
    config, choices = app().hydras_own(*overrides)

    assert same(found.config, config)
    assert found.choices == choices


@pytest.mark.parametrize(
    "overrides, brought_nothing",
    [
        ([], {"axes", "extra"}),
        (["model=cnn"], {"axes"}),
        (["model=deep"], {"axes", "extra"}),
        (["model=heir"], {"axes", "extra"}),
        (["model=afar"], {"axes", "extra"}),
        (["+model@net=deep"], {"axes", "extra"}),
        (["data=global"], {"axes", "extra"}),
        (["~data"], {"axes", "extra"}),
    ],
)
def test_exactly_the_choices_that_brought_something_have_a_place(app, overrides, brought_nothing):
    found = app().compose(overrides, places=True)

    assert {key for key in found.places if not key.startswith("hydra/")} == set(found.choices) - brought_nothing


def test_resolved_leaves_are_those_of_a_job(app):
    found = app().compose(["lr=5"])

    assert found.config["twice"] == "${lr}"
    assert found.resolved["twice",] == 5
    assert found.resolved["host",] == "nobody"
    assert found.resolved["nested", "1", "a"] == 2
    assert found.resolved["layers",] == [1, 2]
    assert found.resolved["overrides",] == "lr=5", "a job sees its own overrides through ${hydra:…}"
    assert set(found.resolved) == {path for path, _ in leaves(found.config)}


def test_looking_at_hydras_configuration_leaves_no_trace(app):
    before = HydraConfig.instance().cfg
    app().composer(["lr=5"])
    assert HydraConfig.instance().cfg is before


@pytest.mark.parametrize(
    "overrides, group, place",
    [
        ([], "model", ("model",)),
        ([], "opt@model.opt", ("model", "opt")),
        ([], "data", ("data",)),
        (["data=wine"], "data", ("table",)),
        (["data=global"], "data", ()),
        (["+model@net.deep=gru"], "model@net.deep", ("net", "deep")),
        (["+model@_global_=gru"], "model@_global_", ()),
        # options with a defaults list of their own
        (["model=deep"], "model", ("model",)),
        (["model=deep"], "model/head", ("model", "head")),
        (["model=deep"], "data@model.table", ("model", "table")),
        (["model=heir"], "model", ("model",)),
        (["model=afar"], "model", ("away",)),
        (["+model@net=deep"], "model@net", ("net",)),
        (["+model@net=deep"], "model/head@net.head", ("net", "head")),
    ],
)
def test_places_are_where_a_groups_nodes_live(app, overrides, group, place):
    found = app().compose(overrides, places=True)

    assert found.places[group] == place
    node = found.config
    for name in place:
        node = node[name]
    assert isinstance(node, dict)


def test_places_are_found_only_when_asked_for(app):
    assert app().compose([]).places == {}


def test_a_group_that_follows_another_shows_in_the_choices_and_has_a_place_only_if_it_exists(app):
    absent, present = app().compose([], places=True), app().compose(["model=cnn"], places=True)

    assert (absent.choices["extra"], present.choices["extra"]) == ("mlp_extra", "cnn_extra")
    assert ("extra" in absent.places, "extra" in present.places) == (False, True)


@pytest.mark.parametrize(
    "overrides, reason",
    [
        (["model=nope"], "Could not find 'model/nope' Available options in 'model': afar cnn deep gru heir mlp"),
        (["nope=1"], "Could not override 'nope'. To append to your config use +nope=1 Key 'nope' is not in struct"),
        (["+lr=1"], "Could not append to config. An item is already at 'lr'."),
        (["model=gru", "model.width=1"], "Could not override 'model.width'"),
        (["lr=[1"], "no viable alternative at input '[1'"),
        (["model@nowhere=cnn"], "Could not override 'model@nowhere'"),
        (["~nope"], "nope"),
    ],
)
def test_hydras_reason_comes_as_one_line(app, overrides, reason):
    with pytest.raises(CannotCompose) as caught:
        app().compose(overrides)

    message = str(caught.value)
    assert message.startswith(reason) or reason in message
    assert "\n" not in message
    for noise in ("full_key:", "object_type", "reference_type", "hydra.cc", "Config search path", "file://"):
        assert noise not in message


@pytest.mark.parametrize(
    "content, named",
    [
        ({"levels": {0: "low", 1: "high", "1": "x"}}, "`levels.1` is there twice, as the text '1' and as 1, which"),
        ({1.5: "a", "1.5": "b"}, r"`1\.5` is there twice, as the text '1.5' and as 1.5, which"),
        ({"a": [{"b": {True: 1, "true": 2}}]}, "`a.0.b.true` is there twice, as the text 'true' and as True, which"),
        ({"levels": {0: "low", 1: "high"}, "1": "x"}, None),
    ],
)
def test_a_key_of_text_beside_another_that_looks_the_same_is_refused(content, named):
    if named is None:
        assert plain(OmegaConf.create(content)) == content
        return
    with pytest.raises(CannotCompose, match=re.escape(named)):
        plain(OmegaConf.create(content))


def test_an_open_group_is_named(app):
    with pytest.raises(CannotCompose, match="model"):
        app("open").compose([])


def test_an_open_value_stays_visible(app):
    assert app("open").compose(["model=mlp"]).config["lr"] == "???"


class Broken(Exception):
    """What a user's resolver may raise."""


@pytest.fixture
def resolvers():
    """`draw` gives another number at each call; `raises` never gives any."""
    counter = itertools.count()

    def raises():
        raise Broken

    OmegaConf.register_new_resolver("oneaxis_test_draw", lambda: next(counter), use_cache=False)
    OmegaConf.register_new_resolver("oneaxis_test_raises", raises)
    yield
    OmegaConf.clear_resolver("oneaxis_test_draw")
    OmegaConf.clear_resolver("oneaxis_test_raises")


@pytest.mark.usefixtures("resolvers")
def test_values_that_every_composition_draws_anew_are_unstable(app):
    assert app("stamped").composer.unstable([]) == (("draw",),)
    assert app().composer.unstable(["lr=3"]) == ()


@pytest.mark.usefixtures("resolvers")
def test_a_leaf_that_cannot_be_resolved_keeps_its_text_and_the_others_resolve(app):
    resolved = app("stamped").composer([]).resolved

    assert isinstance(resolved["broken",], Unresolved)
    assert str(resolved["broken",]) == "${oneaxis_test_raises:}"
    assert resolved["lr",] == 1
    assert isinstance(resolved["draw",], int)
    assert (resolved["mixed", "0"], resolved["mixed", "1", "b"]) == (1, 1)
    assert str(resolved["mixed", "1", "a"]) == "${oneaxis_test_raises:}"
