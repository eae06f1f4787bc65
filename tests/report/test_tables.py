"""LaTeX and CSV of a table whose texts mean something to LaTeX and to spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import steady

from oneaxis.report.csv_table import csv_text
from oneaxis.report.latex import latex
from oneaxis.report.table import Table

TABLE = Table(
    ("change", "val_acc", "Δ"),
    (("reference", "0.5000", ""), ("model.C: 1 → 10", "0.6000", "+0.1000")),
    has_reference=True,
)


def test_a_table_with_booktabs():
    assert latex(TABLE) == (
        "\\begin{tabular}{lrr}\n\\toprule\nchange & val\\_acc & $\\Delta$ \\\\\n\\midrule\nreference & 0.5000 &  \\\\\n"
        "\\midrule\nmodel.C: 1 $\\rightarrow$ 10 & 0.6000 & +0.1000 \\\\\n\\bottomrule\n\\end{tabular}\n"
    )


@pytest.mark.parametrize(
    "cell, written",
    [
        ("50%", r"50\%"), ("a&b", r"a\&b"), (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("x_1^2", r"x\_1\textasciicircum{}2"),
        ("$1", r"\$1"), ("~#", r"\textasciitilde{}\#"), ("[2, 3]", "{}[2, 3]"), ("*", "{}*"),
        ("a\nb", "a b"), ("−1", "$-$1"),
    ],
)  # fmt: skip
def test_text_is_no_command(cell, written):
    assert f"{written} \\\\" in latex(Table(("change",), ((cell,),), has_reference=False))


@pytest.mark.parametrize(
    "cell, written",
    [
        ("−0.0210", "-0.0210"),
        ("+0.1", "+0.1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@x", "'@x"),
        ("a", "a"),
    ],
)
def test_a_number_is_a_number_and_text_is_no_formula(cell, written):
    assert list(csv.reader(io.StringIO(csv_text(Table(("h",), ((cell,),), has_reference=False)))))[1] == [written]


@steady
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=4))
def test_a_csv_has_the_tables_shape(cells):
    read = list(
        csv.reader(io.StringIO(csv_text(Table(tuple(cells), (tuple(cells),), has_reference=False)), newline=""))
    )
    assert [len(row) for row in read] == [len(cells)] * 2
