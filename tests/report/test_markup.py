"""A table as Markdown: a Markdown reader gives back the very texts."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.strategies import hostile_text, steady

from oneaxis.report.markup import markdown
from oneaxis.report.table import Table

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read(text):
    """The cells of a Markdown table, as a browser would show them."""
    page = READER.render(text)
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [[html.unescape(cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def table(*rows):
    return Table(tuple(f"h{place}" for place in range(len(rows[0]))), rows, has_reference=True)


def test_a_table_has_a_heading_a_line_and_its_rows():
    assert markdown(Table(("change", "acc"), (("reference", "0.5"), ("a: 1 → 2", "−0.1")), has_reference=True)) == (
        "| change | acc |\n|---|---|\n| reference | 0.5 |\n| a: 1 → 2 | −0.1 |"
    )


@pytest.mark.parametrize(
    "cell",
    [
        "a|b", "`code`", "*bold*", "_em_", "snake_case_name", "[link](url)", "<b>html</b>", r"back\slash", r"\|",
        "~~gone~~", "&amp;", "&#65;", "![x](y)", "a\\", "# no heading", "- no list", "--", "$x$", "**", "<!-- c -->",
        "||", "1. one",
    ],
)  # fmt: skip
def test_what_markdown_would_read_as_markup_is_text(cell):
    assert read(markdown(table((cell, "x"))))[1] == [cell, "x"]


@pytest.mark.parametrize("cell", ["a\nb", "a\r\nb", "a\rb", "a\n\n\nb"])
def test_a_line_break_becomes_a_space(cell):
    assert read(markdown(table((cell, "x"))))[1] == ["a b", "x"]


# Leading and trailing blanks of a cell are Markdown's own; NUL and odd blanks are replaced by its readers.
cells = hostile_text.map(lambda text: " ".join(text.replace("\0", "").replace("\ud800", "").split()))


@steady
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4))
def test_any_text_comes_back_from_a_markdown_reader(rows):
    assert read(markdown(table(*rows)))[1:] == [list(row) for row in rows]
