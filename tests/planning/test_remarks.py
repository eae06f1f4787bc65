"""What a plan says beside its trials."""

import pytest
from tests.planning.asked import asked, axis

from oneaxis.canonical import leaves
from oneaxis.planning.remarks import before, other_type, resolves_to, study_remarks, unties, value_at
from oneaxis.vocabulary import ABSENT, Composed

CONFIG = {
    "a": 1,
    "none": None,
    "text": "x",
    "list": [1, 2.5],
    "sub": {"b": {"c": 1}, "d": []},
    "rows": [{"x": 1}, {"x": 2}],
    "mixed": [1, 2, {"a": 3}, [4, {"b": {"c": None}}], []],
    "deep": {"steps": [{"x": 1}], "other": {"y": 2}},
    "numbered": {0: {"x": 1}, 1: {"x": 2}},
    "points": "${rows}",
}
RESOLVED = {**CONFIG, "points": CONFIG["rows"]}
REFERENCE = Composed(CONFIG, {"model": "mlp", "data": None}, dict(leaves(RESOLVED)))


def deviation(config, resolved=None):
    return Composed(config, {}, dict(leaves(resolved or config)))


@pytest.mark.parametrize(
    "key, text",
    [
        ("a", "1"),
        ("none", "null"),
        ("text", "x"),
        ("list", "[1, 2.5]"),
        ("list.1", "2.5"),
        ("list.2", "(absent)"),
        ("list.x", "(absent)"),
        ("sub", "{b.c: 1, d: []}"),
        ("sub.d", "[]"),
        ("rows", "[{x: 1}, {x: 2}]"),
        ("rows.1", "{x: 2}"),
        ("mixed", "[1, 2, {a: 3}, [4, {b.c: null}], []]"),
        ("mixed.3", "[4, {b.c: null}]"),
        ("deep", "{steps: [{x: 1}], other.y: 2}"),
        ("numbered", "{0.x: 1, 1.x: 2}"),
        ("points", "[{x: 1}, {x: 2}]"),
        ("rows.1.x", "2"),
        ("nowhere", "(absent)"),
        ("model", "mlp"),
        ("data", "null"),
        ("extra", "(absent)"),
    ],
)
def test_the_references_value_of_an_axis_as_text(key, text):
    assert before(axis(key), REFERENCE) == text


@pytest.mark.parametrize(
    "after, said",
    [
        (1.0, "equal to the reference's 1, of another type (int → float)"),
        (True, None),
        (1, None),
        (2.0, None),
        ("1", None),
        (None, None),
        ([1], None),
    ],
)
def test_only_an_equal_value_of_another_type_is_remarked(after, said):
    assert other_type(axis("a"), REFERENCE, deviation({"a": after})) == ((said,) if said else ())


@pytest.mark.parametrize(
    "config, resolved, said",
    [
        ({"a": "${text}"}, {"a": "x"}, ("resolves to x",)),
        ({"a": "no ${text}"}, {"a": "no x"}, ("resolves to no x",)),
        ({"a": "plain"}, {"a": "plain"}, ()),
        ({"a": "${now:%f}"}, {"a": "123456"}, ()),  # another at each call
        ({"a": 5}, {"a": 5}, ()),
        ({}, {}, ()),
    ],
)
def test_an_interpolated_value_is_shown_resolved(config, resolved, said):
    assert resolves_to(axis("a"), deviation(config, resolved)) == said


@pytest.mark.parametrize(
    "written, resolved, after, said",
    [
        ("${text}", "x", "x", "equal to what the reference's `${text}` gives"),
        (["${text}", 1], ["x", 1], ["x", 1], "equal to what the reference's `['${text}', 1]` gives"),
        ("${text}", "x", "y", None),
        ("${number}", 1, 1.0, None),  # another type: said by its own remark
        ("x", "x", "x", None),
    ],
)
def test_a_value_that_the_references_interpolation_gives_is_remarked(written, resolved, after, said):
    reference = Composed({"a": written}, {}, dict(leaves({"a": resolved})))
    assert unties(axis("a"), reference, deviation({"a": after})) == ((said,) if said else ())


@pytest.mark.parametrize(
    "path, found",
    [
        (("a",), 1),
        (("sub", "b"), {"c": 1}),
        (("sub", "b", "c", "d"), ABSENT),
        (("x",), ABSENT),
        ((), CONFIG),
        (("none",), None),
    ],
)  # fmt: skip
def test_a_node_is_found_by_its_path(path, found):
    assert value_at(CONFIG, path) == found


@pytest.mark.parametrize(
    "line, settings, said",
    [
        (["lr=1", axis("lr", "2")], {}, ["`lr=1` is fixed and swept: the fixed value is the reference's"]),
        (["lr=1", axis("a", "2")], {}, []),
        (["~model", axis("model", "cnn")], {}, ["`~model` is fixed and swept: the fixed value is the reference's"]),
        (
            [axis("z", "2")],
            {"unstable": frozenset({("b", "c"), ("a",)})},
            ["unstable, differs at every composition and so isn't compared: a, b.c"],
        ),
        (
            [axis("z", "2")],
            {"resampled": True, "seeds": 2, "seed_key": "data.split_seed"},
            ["replicates are resampled: each data.split_seed draws its own split of the data"],
        ),
        ([axis("z", "2")], {"resampled": True}, []),
        ([axis("z", "2")], {"seeds": 2}, []),
        ([], {}, ["there is no axis: the reference runs alone; to compare, sweep a key: KEY=VALUE,VALUE"]),
    ],
)
def test_what_is_said_about_a_whole_study(line, settings, said):
    assert list(study_remarks(asked(*line, **settings))) == said
