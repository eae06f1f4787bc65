"""Edits of YAML texts: what is meant changes, and every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from tests.strategies import hostile_text, steady

from oneaxis.canonical import same
from oneaxis.editing.changed import places, put
from oneaxis.editing.edit import default_entries, insert, insert_default, set_value
from oneaxis.editing.written import written
from oneaxis.errors import CannotEdit

HOLE = "\ue000"  # where the edited value stands in a generated text
LEAVES = ["1", "1.0", "1e-3", "'a: b'", '"x"', "null", "true", "word", "${a.b}", "[1, 2]", "{a: 1}", "[]", "two words"]
ENDS = ["", "  ", "  # comment", " # 'quote' {", "   # » tail"]
BETWEEN = ["", "", "", "# alone\n", "\n", "   \n", "    # deep: comment\n"]


def read(text):
    return OmegaConf.to_container(OmegaConf.create(text), resolve=False) if text.strip() else {}


@st.composite
def commented(draw, depth=0, column=0, *, hole=True):
    """A block mapping's text with comments, the path of its hole, and the column of the hole's mapping."""
    names = draw(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=4, unique=True))
    where = draw(st.sampled_from(names)) if hole else None
    lines, path = [], ()
    pad = " " * column
    for name in names:
        lines.append(draw(st.sampled_from(BETWEEN)))
        end = draw(st.sampled_from(ENDS))
        deeper = depth < 3 and draw(st.booleans())
        if deeper and draw(st.booleans()):
            inner, below = draw(commented(depth + 1, column + draw(st.sampled_from([1, 2, 4])), hole=name == where))
            lines += [f"{pad}{name}:{end}\n", inner]
            path = (name, *below) if name == where else path
        elif deeper:
            items = draw(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=3))
            indent = draw(st.sampled_from(["", "  "]))
            at = draw(st.integers(0, len(items) - 1))
            lines.append(f"{pad}{name}:{end}\n")
            for index, item in enumerate(items):
                shown = HOLE if name == where and index == at else item
                lines.append(f"{pad}{indent}- {shown}{draw(st.sampled_from(ENDS))}\n")
            path = (name, str(at)) if name == where else path
        else:
            shown = HOLE if name == where else draw(st.sampled_from(LEAVES))
            lines.append(f"{pad}{name}: {shown}{end}\n")
            path = (name,) if name == where else path
    return "".join(lines), path


new_values = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**6), st.floats(), hostile_text,
    st.lists(st.integers(0, 9), max_size=3),
    st.dictionaries(st.sampled_from(["p", "q"]), st.integers(0, 9), min_size=1, max_size=2),
)  # fmt: skip


@steady
@given(commented(), st.sampled_from(LEAVES), new_values, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_setting_a_value_changes_its_own_bytes_alone(template, old, value, newline, ended):
    text, path = template
    text = (text if ended else text.rstrip("\n")).replace("\n", newline)
    style = old[0] if old[0] in "'\"" else None
    try:
        shown = written(value, style=style)
    except CannotEdit:
        return
    assert set_value(text.replace(HOLE, old), path, value) == text.replace(HOLE, shown)
    assert same(read(text.replace(HOLE, shown)), put(read(text.replace(HOLE, old)), path, value))


@steady
@given(commented(), st.integers(0, 9), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_adding_a_key_adds_lines_and_moves_nothing(template, value, newline, ended, nested):
    text, path = template
    text = (text if ended else text.rstrip("\n")).replace(HOLE, "1").replace("\n", newline)
    below = [name for name in path if not name.isdecimal()][:-1]
    added = (*below, "new", "er") if nested else (*below, "new")
    edited = insert(text, added, value)
    assert edited is not None
    assert same(read(edited), put(read(text), added, value))
    kept = iter(edited.splitlines())
    assert all(line in kept for line in text.splitlines())  # in their order: `in` consumes
    assert edited.endswith(newline) == text.endswith(newline)
    assert len(edited.splitlines()) == len(text.splitlines()) + (2 if nested else 1)
    assert "\r\n" not in text or edited.count("\n") == edited.count("\r\n")


# text, path, value, what stood there; and the text after
CASES = {
    "an item of a list": ("a:\n  - 1  # one\n  - 2\n", ("a",), [1, 3], [1, 2], "a:\n  - 1  # one\n  - 3\n"),
    "an item more": ("a:\n- 1  # one\nb: 2\n", ("a",), [1, 3], [1], "a:\n- 1  # one\n- 3\nb: 2\n"),
    "an item less": ("a:\n  - 1  # one\n  - 2 # two\nb: 2\n", ("a",), [1], [1, 2], "a:\n  - 1  # one\nb: 2\n"),
    "a flow list": ("a: [1, 2] # x\n", ("a",), [1, 2, 5], [1, 2], "a: [1, 2, 5] # x\n"),
    "a flow list over lines": ("a: [1,  # x\n  2]\n", ("a",), [1, 5], [1, 2], "a: [1,  # x\n  5]\n"),
    "an emptied list": ("a:  # x\n  - 1\nb: 2\n", ("a",), [], [1], "a: []  # x\nb: 2\n"),
    "a filled list": ("a: []  # x\n", ("a",), [1], [], "a: [1]  # x\n"),
    "a list becomes a number": ("a:  # x\n  - 1\nb: 2\n", ("a",), 3, [1], "a: 3  # x\nb: 2\n"),
    "a mapping becomes null": ("a:\n  c: 1\n", ("a",), None, None, "a: null\n"),
    "nothing stood there": ("a:   # x\nb: 2\n", ("a",), 3, None, "a: 3   # x\nb: 2\n"),
    "an anchor stays": ("a: &x 1  # x\n", ("a",), 3, None, "a: &x 3  # x\n"),
    "an alias gives way": ("a: &x 1\nb: *x\n", ("b",), 3, None, "a: &x 1\nb: 3\n"),
    "a tag": ("a: !!str 3\n", ("a",), "4", None, "a: !!str '4'\n"),
    "a block text": ("a: |\n  long\n  text\n\nb: 2\n", ("a",), "short", None, "a: short\n\nb: 2\n"),
    "inside braces": ("a: {b: x, c: 2}\n", ("a", "b"), "p, q", None, "a: {b: 'p, q', c: 2}\n"),
    "a string that looks like a number": ("a: x\n", ("a",), "1e3", None, "a: '1e3'\n"),
    "quotes are kept": ('a: "x"  # c\n', ("a",), "y", None, 'a: "y"  # c\n'),
    "a byte order mark": ("\ufeffa: 1\n", ("a",), 2, None, "\ufeffa: 2\n"),
    "not there": ("a: 1\n", ("b",), 2, None, None),
    "only by a merge key": ("x: &x {b: 1}\na:\n  <<: *x\n", ("a", "b"), 2, None, None),
}


@pytest.mark.parametrize("case", CASES)
def test_values(case):
    text, path, value, before, after = CASES[case]
    assert set_value(text, path, value, before) == after


ADDED = {
    "at the top": ("a: 1\n", ("b",), 2, "a: 1\nb: 2\n"),
    "before the plumbing": ("a: 1  # x\n\n# -\nhydra: {b: 1}\n", ("b",), 2, "a: 1  # x\nb: 2\n\n# -\nhydra: {b: 1}\n"),
    "inside braces": ("a: {b: 1}\n", ("a", "c"), 2, "a: {b: 1, c: 2}\n"),
    "inside empty braces": ("a: {}\n", ("a", "c"), 2, "a: {c: 2}\n"),
    "under nothing": ("a:  # x\n", ("a", "c"), 2, "a: {c: 2}  # x\n"),
    "into an empty file": ("", ("a", "c"), 2, "a:\n  c: 2\n"),
    "into comments": ("# only\n", ("a",), 2, "# only\na: 2\n"),
    "there already": ("a: 1\n", ("a",), 2, None),
    "below a number": ("a: 1\n", ("a", "b"), 2, None),
}  # fmt: skip


@pytest.mark.parametrize("case", ADDED)
def test_added_keys(case):
    text, path, value, after = ADDED[case]
    assert insert(text, path, value) == after


def test_the_defaults_list_is_read_with_its_places():
    text = "defaults:\n  - base\n  - model: svc  # x\n  - override /a@b: c\n  - _self_\n"
    assert default_entries(text) == [
        ("base", None),
        ("model", ("defaults", "1", "model")),
        ("override /a@b", ("defaults", "2", "override /a@b")),
        ("_self_", None),
    ]
    assert set_value(text, ("defaults", "1", "model"), "forest") == text.replace("svc", "forest")
    added = "defaults:\n  - base\n  - model: svc  # x\n  - override /a@b: c\n  - _self_\n  - override n/o: p\n"
    assert insert_default(text, {"override n/o": "p"}, None) == added
    assert insert_default("defaults: [a, _self_]\n", {"n": "p"}, 1) == "defaults: [a, {n: p}, _self_]\n"
    assert insert_default("defaults: [a, _self_]\n", {"n": "p"}, None) == "defaults: [a, _self_, {n: p}]\n"


@pytest.mark.parametrize("text", ["a: [1\n", "a: 1\n---\nb: 2\n", "a: \x00\n"])
def test_what_is_no_single_yaml_document_is_refused(text):
    with pytest.raises(CannotEdit):
        set_value(text, ("a",), 2)


def test_places_are_few():
    before = {"a": {"b": 1, "l": [1, 2], "m": [{"x": 1}, {"x": 2}]}, "c": 3}
    after = {"a": {"b": 1, "l": [1, 3], "m": [{"x": 1}, {"x": 5}], "n": {"z": 0}}, "c": 3}
    found = [(place.path, place.after) for place in places(before, after)]
    assert found == [(("a", "l"), [1, 3]), (("a", "m", "1", "x"), 5), (("a", "n", "z"), 0)]
    with pytest.raises(CannotEdit, match=r"`a\.b` would have to disappear"):
        list(places({"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}))
