"""Figures: which there are, that they bound what they show, and that they are the same each time."""

from __future__ import annotations

import dataclasses

import pytest
from tests.report import examples

from oneaxis.analysis.result import Comparison
from oneaxis.report.figures import figures
from oneaxis.report.plot_effects import forest, tornado
from oneaxis.report.plot_panels import TICKS, response_figure, responses
from oneaxis.report.plot_style import drawing_style, limits, png_bytes, shortened, svg_text


def drawn(found, **more):
    with drawing_style():
        return {drawing.name: svg_text(drawing.figure) for drawing in figures(examples.contents(found, **more))}


@pytest.mark.parametrize(
    "found, names",
    [
        (examples.all_verdicts(), ["forest", "tornado", "response", "seeds", "curves", "curves-1", "time"]),
        (examples.one_seed(), ["forest", "tornado", "response", "curves", "curves-1", "time"]),
        (examples.single_row(), ["forest", "tornado", "seeds", "curves", "curves-1", "time"]),
        (examples.without_reference(), ["curves", "curves-1", "time"]),
    ],
)
def test_a_figure_is_drawn_where_it_has_something_to_show(found, names):
    assert list(drawn(found)) == names


def test_text_stays_text_and_the_file_knows_no_day():
    found = drawn(examples.single_row(), curves={})
    assert ">model.C: 1.0 → 10</text>" in found["forest"]
    assert "date" not in found["forest"].lower()
    assert drawn(examples.single_row(), curves={}) == found


def test_names_are_never_read_as_formulas():
    found = examples.comparison([examples.row("$x_1^2$", "a", "$b", "better", 0.01)])
    assert ">$x_1^2$: a → $b</text>" in drawn(found, curves={})["forest"]


def test_a_figure_of_many_rows_says_what_it_leaves_out():
    with drawing_style():
        figure = forest(examples.many())
        assert png_bytes(figure).startswith(b"\x89PNG")
        assert "and 140 more deviations, in the table" in svg_text(figure)


def test_the_response_curve_counts_the_references_own_value():
    assert [response.axis for response in responses(examples.all_verdicts())] == ["model.C", "optimizer.lr"]
    rows = [row for row in examples.all_verdicts().rows if row.name in ("model.C=10", "model=forest")]
    two = Comparison(**{**vars(examples.all_verdicts()), "rows": tuple(rows)})
    assert responses(two) == []
    with drawing_style():
        assert response_figure(dataclasses.replace(two)) is None


def test_one_row_far_out_does_not_squeeze_the_others():
    assert limits([0.01, 0.02, 0.02, 0.03, 0.8]) == pytest.approx(0.03 * 1.12)
    assert limits([0.01, 0.8]) > 0.01
    assert limits([]) == 1.0


@pytest.mark.parametrize("text", ["short", "x" * 200, "a\nb", "😀" * 99, "odd\udcff"])
def test_a_label_is_one_line_of_bounded_length(text):
    assert len(shortened(text)) <= 42
    assert shortened(text).encode()
    assert "\n" not in shortened(text)


def test_of_a_very_fine_sweep_each_point_is_drawn_and_only_named_ticks():
    rows = [
        examples.row("lr", "0.5", str(value), "better" if value % 2 else "worse", value / 100, 0.01)
        for value in range(1, 201)
    ]
    found = examples.comparison(rows)
    with drawing_style():
        [axes] = response_figure(found).axes
        effects = tornado(found).axes[0]
    points = [line for line in axes.lines if line.get_linestyle() == "None" and line.get_marker() != "D"]
    assert [len(line.get_xdata()) for line in points] == [100, 100], "the points of one look are one object"
    assert sorted(value for line in points for value in line.get_xdata()) == list(range(1, 201))
    assert len(axes.get_xticks()) < TICKS
    assert all(tick.get_text() for tick in axes.get_xticklabels())
    drawn = [line for line in effects.lines if line.get_linestyle() == "None"]
    assert sum(len(line.get_xdata()) for line in drawn) == 200
