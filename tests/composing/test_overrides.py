"""Hydra's grammar, read as fixed overrides, axes and seeds."""

from __future__ import annotations

import random

import pytest

from oneaxis.errors import BadOverride
from oneaxis.vocabulary import FixedOverride, Step


@pytest.fixture
def grammar(app):
    return app().grammar


def line(grammar, *texts, seed_key="seed"):
    return grammar.command_line(texts, seed_key=seed_key)


# override → key, candidates; the axis is one over a value unless its key is a group's
SWEEPS = [
    # lists
    ("a=1,2", "a", ["1", "2"]),
    ("a=1e-4,1e-2", "a", ["0.0001", "0.01"]),
    ("a=x,y,z", "a", ["x", "y", "z"]),
    ("a=1,1", "a", ["1", "1"]),
    ("a=1.0,1", "a", ["1.0", "1"]),
    ("a=-0.0,1_000", "a", ["-0.0", "1000"]),
    ("a=true,false", "a", ["true", "false"]),
    ("a=True,FALSE", "a", ["true", "false"]),
    ("a=null,1", "a", ["null", "1"]),
    ("a=nan,inf,-inf", "a", ["nan", "inf", "-inf"]),
    # choice, with one value too
    ("a=choice(1,2)", "a", ["1", "2"]),
    ("a=choice(1)", "a", ["1"]),
    ("a=choice([1,2],{b:c})", "a", ["[1,2]", "{b:c}"]),
    # ranges
    ("a=range(3)", "a", ["0", "1", "2"]),
    ("a=range(1,3)", "a", ["1", "2"]),
    ("a=range(0,1,0.25)", "a", ["0.0", "0.25", "0.5", "0.75"]),
    ("a=range(5,0,-2)", "a", ["5", "3", "1"]),
    # sort, shuffle and tag
    ("a=sort(3,1,2)", "a", ["1", "2", "3"]),
    ("a=sort(3,1,2,reverse=true)", "a", ["3", "2", "1"]),
    ("a=sort(b,a)", "a", ["a", "b"]),
    ("a=tag(t,choice(x,y))", "a", ["x", "y"]),
    ("a=tag(t,u,range(2))", "a", ["0", "1"]),
    # casts
    ("a=int(1.5,2.5)", "a", ["1", "2"]),
    ("a=float(1,2)", "a", ["1.0", "2.0"]),
    ("a=bool(0,1)", "a", ["false", "true"]),
    ("a=str(1,true)", "a", ["'1'", "'true'"]),
    ("a=str(x,'null')", "a", ["x", "'null'"]),
    ("a=str([1,x],[2.5])", "a", ["['1',x]", "['2.5']"]),
    ("a=int(choice(1.2,2.2))", "a", ["1", "2"]),
    # quoted strings keep their quotes
    ("a='x,y','z'", "a", ["'x,y'", "'z'"]),
    ('a="p q",r', "a", ['"p q"', "r"]),
    ("a='1',1", "a", ["'1'", "1"]),
    ("a='null',null", "a", ["'null'", "null"]),
    ("a='',x", "a", ["''", "x"]),
    (r"a='it\'s',\"q\"".replace('\\"', '"'), "a", [r"'it\'s'", '"q"']),
    # unquoted text is escaped again
    ("a=a b,c", "a", ["a b", "c"]),
    ("a=x:y,z", "a", [r"x\:y", "z"]),
    (r"a=x\,y,z", "a", [r"x\,y", "z"]),
    ("a=a/b,-c", "a", ["a/b", "-c"]),
    # lists and dicts as values
    ("a=[1,2],[3]", "a", ["[1,2]", "[3]"]),
    ("a=[],[[1],[x,'y z']]", "a", ["[]", "[[1],[x,'y z']]"]),
    ("a={b:1},{b:3}", "a", ["{b:1}", "{b:3}"]),
    ("a={},{b:{c:[1]}}", "a", ["{}", "{b:{c:[1]}}"]),
    # interpolations
    ("a=${b},1", "a", ["${b}", "1"]),
    ("a=${oc.env:HOME},1", "a", ["${oc.env:HOME}", "1"]),
    ("a=${f:1,2},3", "a", ["${f:1,2}", "3"]),
    ("a='${b}',1", "a", ["'${b}'", "1"]),
    ("a=[${b},1],2", "a", ["[${b},1]", "2"]),
    # keys
    ("a.b.c=1,2", "a.b.c", ["1", "2"]),
    ("layers.0=5,7", "layers.0", ["5", "7"]),
    ("model.width=1,2", "model.width", ["1", "2"]),
    # groups
    ("model=mlp,cnn", "model", ["mlp", "cnn"]),
    ("model=glob(*)", "model", ["afar", "cnn", "deep", "gru", "heir", "mlp"]),
    ("model=glob(*,exclude=[c*,gru,*e*,a*])", "model", ["mlp"]),
    ("size=glob(*)", "size", ["'1'", "'null'"]),
    ("model=glob([c*,g*],exclude=gru)", "model", ["cnn"]),
    ("model@net=mlp,cnn", "model@net", ["mlp", "cnn"]),
    ("opt@model.opt=sgd,adam", "opt@model.opt", ["sgd", "adam"]),
    ("model=null,mlp", "model", ["null", "mlp"]),
    ("model=[mlp],[mlp,cnn]", "model", ["[mlp]", "[mlp,cnn]"]),
]
IS_GROUP = {"model", "size", "model@net", "opt@model.opt"}


@pytest.mark.parametrize("text, key, candidates", SWEEPS, ids=[text for text, _, _ in SWEEPS])
def test_every_discrete_sweep_is_an_axis(grammar, text, key, candidates):
    read = line(grammar, "b=1", text)
    [axis] = read.axes

    assert (axis.key, list(axis.candidates)) == (key, candidates)
    assert axis.kind == ("group" if key in IS_GROUP else "value")
    assert (axis.prefix, axis.position) == ("", 1)
    assert [item.text for item in read.fixed] == ["b=1"]
    assert (read.seeds, read.axes_groups) == (None, ())


@pytest.mark.parametrize(
    "text, prefix, key, kind",
    [
        ("+x=1,2", "+", "x", "value"),
        ("++x=1,2", "++", "x", "value"),
        ("+x.y=1,2", "+", "x.y", "value"),
        ("+model@net=mlp,cnn", "+", "model@net", "group"),
        ("++opt@model.opt=sgd,adam", "++", "opt@model.opt", "group"),
    ],
)
def test_the_prefix_of_an_axis_is_kept_apart_from_its_key(grammar, text, prefix, key, kind):
    [axis] = line(grammar, text).axes
    assert (axis.prefix, axis.key, axis.kind) == (prefix, key, kind)


@pytest.mark.parametrize("text", ["model={width:9},{width:8}", "model=choice({width:9})"])
def test_dicts_over_a_groups_name_set_values_as_hydra_does(grammar, text):
    [axis] = line(grammar, text).axes
    assert axis.kind == "value"


def test_a_shuffle_is_drawn_once(grammar):
    random.seed(1)
    [axis] = line(grammar, "a=shuffle(range(1,9))").axes

    assert sorted(axis.candidates) == list("12345678")
    assert axis.candidates != tuple("12345678"), "it was shuffled"
    assert line(grammar, "a=shuffle(c,b,a)").axes[0].candidates in {
        ("a", "b", "c"), ("a", "c", "b"), ("b", "a", "c"), ("b", "c", "a"), ("c", "a", "b"), ("c", "b", "a"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text, key, prefix, kind",
    [
        ("a=1", "a", "", "value"),
        ("a=[1,2]", "a", "", "value"),
        ("a={b:1,c:2}", "a", "", "value"),
        ("a='1,2'", "a", "", "value"),
        ("a=", "a", "", "value"),
        ("a=${b}", "a", "", "value"),
        ("+a=1", "a", "+", "value"),
        ("++a=1", "a", "++", "value"),
        ("~a", "a", "~", "value"),
        ("~a=1", "a", "~", "value"),
        ("model=cnn", "model", "", "group"),
        ("model=[mlp,cnn]", "model", "", "group"),
        ("model={width:3}", "model", "", "value"),
        ("model@net=cnn", "model@net", "", "group"),
        ("~model", "model", "~", "group"),
        ("model.width=3", "model.width", "", "value"),
    ],
)
def test_a_single_value_is_fixed_and_keeps_its_text(grammar, text, key, prefix, kind):
    read = line(grammar, text)
    assert read.fixed == (FixedOverride(text, key, prefix, kind, 0),)
    assert read.axes == ()


def test_places_on_the_command_line_are_kept(grammar):
    read = line(grammar, "a=1", "model=mlp,cnn", "seed=1,2", "b=3", "c=4,5")

    assert [(item.key, item.position) for item in (*read.fixed, *read.axes)] == [
        ("a", 0), ("b", 3), ("model", 1), ("c", 4),
    ]  # fmt: skip
    assert read.seeds == (1, 2)


def test_an_axis_knows_what_it_may_carry(grammar):
    model, other = line(grammar, "model=mlp,cnn", "data=digits,wine").axes
    assert (model.carries, other.carries) == (("data",), ())


@pytest.mark.parametrize(
    "text, seed_key, seeds",
    [
        ("seed=1,2,3", "seed", (1, 2, 3)),
        ("seed=choice(7)", "seed", (7,)),
        ("seed=range(0,3)", "seed", (0, 1, 2)),
        ("seed=5,3,5", "seed", (5, 3)),
        ("+seed=1,2", "seed", (1, 2)),
        ("data.split_seed=1,2", "data.split_seed", (1, 2)),
    ],
)
def test_a_sweep_over_the_seed_key_lists_the_seeds(grammar, text, seed_key, seeds):
    read = line(grammar, text, seed_key=seed_key)
    assert (read.seeds, read.axes, read.fixed) == (seeds, (), ())


def test_a_sweep_over_another_seed_is_an_axis(grammar):
    read = line(grammar, "seed=1,2", seed_key="data.split_seed")
    assert (read.seeds, [axis.key for axis in read.axes]) == (None, ["seed"])


def test_a_choice_of_a_file_of_axes_is_remembered(grammar):
    read = line(grammar, "axes=small", "model=mlp")
    assert read.axes_groups == ("axes",)
    assert [item.text for item in read.fixed] == ["axes=small", "model=mlp"]


def test_a_file_of_axes_that_lacks_its_header_is_refused(app):
    with pytest.raises(BadOverride, match="the files of `bare/axes` lack their first line"):
        line(app().grammar, "+bare/axes=one")


@pytest.mark.parametrize(
    "texts, message",
    [
        (["a=interval(0,1)"], "`a=interval(0,1)`: an interval has no single values; list them, a=0.1,1 or a=range"),
        (["a=tag(t,interval(0,1))"], "an interval has no single values"),
        (["~a=1,2"], "`~a=1,2`: a deletion can't be swept; delete one thing: ~a"),
        (["~model=mlp,cnn"], "a deletion can't be swept; delete one thing: ~model"),
        (["a=range(0,0)"], "`a=range(0,0)`: the sweep is empty; give at least one value: a=VALUE,VALUE"),
        (["model=glob(nothing*)"], "`model=glob(nothing*)`: the sweep is empty"),
        (["a=glob(*)"], "the sweep is empty"),
        (["a=choice()"], "a=choice()"),
        (["lr=1,2", "lr=3,4"], "axis `lr` is named twice; put all its values into one: lr=A,B,C"),
        (["lr=1,2", "+lr=3,4"], "axis `lr` is named twice"),
        (["axes=small,large"], "`axes=small,large` sweeps over files of axes; choose one: axes=NAME"),
        (["+axes@hydra.sweeper=small,large"], "sweeps over files of axes"),
        (["seed=1.5,2"], "`seed=1.5,2`: seeds are whole numbers, got 1.5"),
        (["seed=true,false"], "seeds are whole numbers, got True"),
        (["seed=a,b"], "seeds are whole numbers, got 'a'"),
        (["seed=null,1"], "seeds are whole numbers, got None"),
        (["seed=range(0,0)"], "the list of seeds is empty"),
        (["seed=interval(0,1)"], "an interval has no single values"),
        (["~seed=1,2"], "a deletion can't be swept"),
        (["a=[1"], "no viable alternative"),
        (["a=nope(1)"], "Unknown function 'nope'"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_axis_is_refused_with_the_fix(grammar, texts, message):
    with pytest.raises(BadOverride) as caught:
        line(grammar, *texts)
    assert message in str(caught.value)
    assert "hydra.cc" not in str(caught.value)


# -- axes from a file ------------------------------------------------------------------------------

FILE_AXES = [
    # sweep text, with all of the grammar
    ("lr", "0.5,1", ["0.5", "1"]),
    ("lr", "choice(0.5)", ["0.5"]),
    ("lr", "range(1,3)", ["1", "2"]),
    ("text", "'a,b',c", ["'a,b'", "c"]),
    ("model", "glob(c*)", ["cnn"]),
    # one value
    ("lr", 0.5, ["0.5"]),
    ("lr", True, ["true"]),
    ("lr", None, ["null"]),
    ("model", "cnn", ["cnn"]),
    ("text", "null", ["'null'"]),
    ("text", "1", ["'1'"]),
    ("text", "hello world", ["'hello world'"]),
    ("text", "", ["''"]),
    ("lr", "${text}", ["${text}"]),
    ("data", {"rows": 5}, ["{rows:5}"]),
    # a list: each entry is one value
    ("lr", [0.5, 1, 1.0, 1e-5, 1e22], ["0.5", "1", "1.0", "1e-05", "1e+22"]),
    ("lr", [float("nan"), float("inf"), -float("inf")], ["nan", "inf", "-inf"]),
    ("text", ["null", None, "NULL", "nan"], ["'null'", "null", "'NULL'", "'nan'"]),
    ("text", ["true", True, "1", 1], ["'true'", "true", "'1'", "1"]),
    ("text", ["a,b", "it's", '"q"', "a=b"], ["'a,b'", r"'it\'s'", "'\"q\"'", "'a=b'"]),
    ("text", ["p q", "", " ", "é"], ["'p q'", "''", "' '", "'é'"]),
    ("text", ["${lr}", "x${lr}", "interval(0,1)", "a.b-c/d"], ["${lr}", "'x${lr}'", "'interval(0,1)'", "a.b-c/d"]),
    ("layers", [[3], [4, 5], []], ["[3]", "[4,5]", "[]"]),
    ("layers", [[["a b"], {"c": None}]], ["[['a b'],{c:null}]"]),
    ("empty", [{}, {"a": 1, "b c": [True]}, {2: "x"}], ["{}", r"{a:1,b c:[true]}", "{2:x}"]),
    ("model", ["cnn", "gru"], ["cnn", "gru"]),
    # steps
    ("lr", {"times": [0.1, 10]}, [Step("times", 0.1), Step("times", 10)]),
    ("lr", {"plus": -1}, [Step("plus", -1)]),
]  # fmt: skip


@pytest.mark.parametrize("key, spec, candidates", FILE_AXES, ids=[f"{key}: {spec}" for key, spec, _ in FILE_AXES])
def test_an_axis_of_a_file(grammar, key, spec, candidates):
    [axis] = grammar.file_axes({key: spec})

    assert (axis.key, list(axis.candidates)) == (key, candidates)
    assert axis.kind == ("group" if key == "model" else "value")
    assert (axis.prefix, axis.position) == ("", None)


@pytest.mark.parametrize(
    "key, prefix, bare, kind",
    [
        ("+x", "+", "x", "value"),
        ("++x.y", "++", "x.y", "value"),
        ("opt@model.opt", "", "opt@model.opt", "group"),
        ("+model@net", "+", "model@net", "group"),
    ],
)
def test_keys_of_a_file_may_carry_prefix_and_package(grammar, key, prefix, bare, kind):
    for spec in ("sgd,adam", ["sgd", "adam"], "sgd"):
        [axis] = grammar.file_axes({key: spec})
        assert (axis.prefix, axis.key, axis.kind) == (prefix, bare, kind)


def test_the_order_of_a_file_is_kept(grammar):
    assert [axis.key for axis in grammar.file_axes({"z": 1, "a": 2, "model": "cnn"})] == ["z", "a", "model"]


@pytest.mark.parametrize(
    "axes, message",
    [
        ({"lr": []}, "`lr` has no values; give a list: lr: [VALUE, VALUE]"),
        ({"lr": {"times": []}}, "`lr` has no values"),
        ({"lr": {"times": ["a"]}}, "`lr`: steps are numbers, got 'a'"),
        ({"lr": {"plus": True}}, "`lr`: steps are numbers, got True"),
        ({"lr": {"plus": [None]}}, "`lr`: steps are numbers, got None"),
        ({"lr": "interval(0,1)"}, "an interval has no single values"),
        ({"lr": "range(1,1)"}, "the sweep is empty"),
        ({"~lr": [1]}, "`~lr`: a deletion can't be swept"),
        ({"~lr": "1,2"}, "a deletion can't be swept"),
        ({"text": "a=b"}, "hydra.sweeper.axes: `text: a=b` can't be read as sweep text"),
        ({"text": "it's"}, "give a list of values: text: [VALUE, VALUE]"),
        ({"two words": [1]}, "hydra.sweeper.axes: `two words: 1` can't be read"),
        ({"empty": [{"1": 2}]}, "hydra.sweeper.axes: `empty: {'1':2}` can't be read"),
        ({"lr": [1], "+lr": [2]}, "axis `lr` is named twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_axis_of_a_file_is_refused_by_name(grammar, axes, message):
    with pytest.raises(BadOverride) as caught:
        grammar.file_axes(axes)
    assert message in str(caught.value)


# -- groups ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "group, choice, header",
    [("data", "wine", "table"), ("data", "digits", None), ("axes", "small", "hydra.sweeper"), ("data", "nope", None)],
)
def test_the_header_of_a_groups_option(grammar, group, choice, header):
    assert grammar.group_header(group, choice) == header


@pytest.mark.parametrize("name, found", [("model", True), ("hydra/sweeper", True), ("lr", False), ("model/mlp", False)])
def test_what_is_a_group(grammar, name, found):
    assert grammar.is_group(name) is found
