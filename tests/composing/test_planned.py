"""The planner on Hydra's own compositions: defaults lists and packages that only Hydra knows how to read."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import pytest
from hydra.core.config_store import ConfigStore

from oneaxis.composing.overrides import Grammar
from oneaxis.errors import CannotCompose, NotOneAxis
from oneaxis.planning.plan import make_plan
from oneaxis.planning.refusal import show
from oneaxis.planning.request import Request


@pytest.fixture
def planned(app):
    """`planned("lr=1,2")`: the plan of that command line."""

    def made(*line, name="config"):
        read = Grammar(app(name).loader, carries={}).command_line(line, seed_key="seed")
        return make_plan(Request(read.fixed, read.axes, read.seeds or 1), app(name).compose)

    return made


@pytest.mark.parametrize(
    "line, own",
    [
        (["lr=0.1,1"], ["lr=1: lr"]),
        (["model=mlp,gru"], ["model=gru: model.width model.depth"]),
        # options with a defaults list of their own, on one side and on both
        (["model=heir"], []),
        (["model=choice(heir)"], ["model=heir: model.depth"]),
        (["model=heir", "model=deep,mlp"], [
            "model=deep: model.width model.head.heads model.table.rows", "model=mlp: model.depth",
        ]),
        # a header puts the option elsewhere
        (["data=wine,digits"], ["data=wine: data.rows table.rows"]),
        (["model=choice(afar)"], ["model=afar: model.width away.head.heads away.depth"]),
        (["model=afar", "model=heir,mlp"], [
            "model=heir: away.head.heads away.depth model.width model.depth",
            "model=mlp: away.head.heads away.depth model.width",
        ]),
        # packages
        (["opt@model.opt=sgd,adam"], ["opt@model.opt=adam: model.opt.momentum model.opt.beta"]),
        (["+model@net=mlp,gru"], ["model@net=mlp: net.width", "model@net=gru: net.depth"]),
        # lists of options
        (["data=[digits],[]"], ["data=[]: data.rows"]),
        # keys that come, items of lists
        (["+new=1,2"], ["new=1: new", "new=2: new"]),
        (["+empty.a=1,2"], ["empty.a=1: empty.a", "empty.a=2: empty.a"]),
        (["layers.0=5,1"], ["layers.0=5: layers.0"]),
        (["nested.1.a=3,2"], ["nested.1.a=3: nested.1.a"]),
        (["nested=[],[{a:1},{a:2}]"], ["nested=[]: nested.0.a nested.1.a"]),
        (["model={width:5},{width:3}"], ["model={width:5}: model.width"]),
    ],
)  # fmt: skip
def test_what_each_deviation_changes(planned, line, own):
    found = planned(*line)
    assert [
        f"{item.name}: " + " ".join(change.key for change in item.difference.own) for item in found.deviations
    ] == own


def test_the_item_of_a_list_is_shown_with_its_value_before(planned):
    [deviation] = planned("layers.0=5,1").deviations
    assert (deviation.before, [(change.before, change.after) for change in deviation.difference.own]) == ("1", [(1, 5)])


@pytest.mark.parametrize(
    "line, error, message",
    [
        (["model=mlp,cnn"], NotOneAxis, "your `model=cnn` also changes `extra`"),
        (["data=digits,global"], NotOneAxis, "your `data=global` also changes `rows`"),
        (["model=mlp,nope"], CannotCompose, "axis `model`: `model=nope` can't be composed: "),
        (["model.width=9", "model=gru,mlp"], CannotCompose, "leave gru out of the sweep"),
        (["nope=1,2"], CannotCompose, "axis `nope`: `nope=1` can't be composed: Could not override 'nope'"),
    ],
)
def test_what_is_refused(planned, line, error, message):
    with pytest.raises(error) as caught:
        planned(*line)
    assert message in str(caught.value)


class Part(enum.Enum):
    HEAD = 1
    TAIL = 2


class Name(enum.StrEnum):
    ACC = "acc"


@dataclass
class Typed:
    """Keys that no YAML file has."""

    rate: dict[Part, float] = field(default_factory=lambda: {Part.HEAD: 1.0})
    deep: list[dict[Part, dict[Name, int]]] = field(default_factory=lambda: [{Part.HEAD: {Name.ACC: 1}}])
    plain: dict[str, int] = field(default_factory=lambda: {Name.ACC: 1})
    counts: dict[int, int] = field(default_factory=lambda: {1: 1})


@pytest.mark.parametrize(
    "line, own",
    [
        ("rate.HEAD=2,3", "rate.HEAD: 1.0 → 2.0, rate.HEAD: 1.0 → 3.0"),
        ("+rate.TAIL=choice(2)", "rate.TAIL: (absent) → 2.0"),
        ("deep.0.HEAD.ACC=1,2", "deep.0.HEAD.acc: 1 → 2"),
        ("plain.acc=1,2", "plain.acc: 1 → 2"),
        ("counts={1:2},{1:1}", "counts.1: 1 → 2"),
    ],
)
def test_keys_that_are_no_text_are_named_as_overrides_write_them(planned, line, own):
    ConfigStore.instance().store(name="typed", node=Typed)
    found = planned(line, name="typed")
    assert ", ".join(show(change) for item in found.deviations for change in item.difference.own) == own
    assert [item.difference.foreign for item in found.deviations if item.difference.foreign] == []
