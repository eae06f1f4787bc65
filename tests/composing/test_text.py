"""Values as override text: parsing and composing the text gives the value back."""

from __future__ import annotations

import math

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import example, given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from tests.strategies import hostile_text, numbers, steady, words

from oneaxis.canonical import same
from oneaxis.composing.text import quote, to_text

PARSER = OverridesParser.create()


def composed(text, *, resolve=False):
    """The value that `key=<text>` gives a configuration, as Hydra's loader applies it."""
    [override] = PARSER.parse_overrides([f"key={text}"])
    assert not override.is_sweep_override(), f"{text} would be a sweep"
    config = OmegaConf.create({"key": None})
    OmegaConf.update(config, "key", override.value(), merge=True)
    return OmegaConf.to_container(config, resolve=resolve)["key"]


# `???` alone is OmegaConf's word for a missing value, in whatever quotes.
texts = hostile_text.filter(lambda text: text != "???")
literal = texts.filter(lambda text: "${" not in text)


@steady
@given(texts)
@example("${a}")
@example(r"\${a}")
@example(r"\\${a}${b}")
@example("'\"${x}\\'\"")
@example("\\")
@example("a\\'")
@example("$\\{")
def test_a_quoted_text_comes_back_whatever_is_in_it(text):
    assert composed(quote(text), resolve=True) == text


@steady
@given(texts)
def test_a_quoted_text_is_never_an_interpolation_or_a_sweep(text):
    config = OmegaConf.create({"key": None, "a": "wrong"})
    [override] = PARSER.parse_overrides([f"key={quote(text)}"])
    OmegaConf.update(config, "key", override.value())

    assert not override.is_sweep_override()
    assert config.key == text


values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, literal),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)


@steady
@given(values)
@example([math.nan, math.inf, -math.inf])
@example("null")
@example(["1", 1, "true", True, None, "null", ""])
def test_values_of_a_file_come_back_with_their_type(app, value):
    [axis] = app().grammar.file_axes({"key": [value]})
    assert same(composed(axis.candidates[0]), value)


PARSED = [
    "1", "1.0", "-inf", "nan", "true", "null", "x", "a b", r"a\,b", "'1'", "'a b'", '"a\'b"', r"'it\'s'", r"'\\'",
    "[]", "{}", "[1,'2',three]", "{a:1,b:{c:[null]}}", "a/b", "a:b", "-", "a$b", "''", "1_000", "a@b", r"\\",
    "str(1)", "str(true)", "str([1,2.5])", "str({a:1})", "int(2.7)", "str('')", "str(1e3)", "str(inf)", "str(x)",
]  # fmt: skip


@pytest.mark.parametrize("text", PARSED)
def test_what_hydra_has_parsed_reads_back_as_the_same_value(text):
    [override] = PARSER.parse_overrides([f"key={text}"])
    assert same(composed(to_text(override._value)), composed(text))


@steady
@given(literal)
@example("it's")
@example("null")
@example("")
def test_a_string_that_loses_its_quotes_in_a_function_reads_back_as_the_same_string(text):
    """Hydra's `choice('it\\'s')` gives the bare text."""
    [override] = PARSER.parse_overrides([f"key=choice({quote(text)},[{quote(text)}])"])
    one, other = [composed(to_text(value)) for value in override.sweep_iterator()]

    assert (one, other) == (text, [text])


@pytest.mark.parametrize("text", ["${a}", "${a.b}", "${oc.env:HOME,x}", "[${a},1]", "{b:${a}}"])
def test_an_interpolation_is_shown_as_it_was_typed(text):
    [override] = PARSER.parse_overrides([f"key={text}"])
    assert to_text(override._value) == text
    assert composed(to_text(override._value)) == composed(text)


def test_an_interpolation_amid_text_still_is_one():
    [override] = PARSER.parse_overrides(["key=x${a}y"])
    config = OmegaConf.create({"a": 5, "key": composed(to_text(override._value))})
    assert config.key == "x5y"
