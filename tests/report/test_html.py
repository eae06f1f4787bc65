"""The page: what it holds, what it escapes, and that nothing but itself may run in it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.report import examples

from oneaxis.report.html import html_page, page_without_figures
from oneaxis.report.numbers import decimals, with_interval
from oneaxis.report.order import MARKS

VOID = {"meta", "link", "img", "br", "input", "path", "use"}


class Outline(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.ids = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend((tag, name, value) for name, value in attrs)
        self.ids.extend(value for name, value in attrs if name == "id")

    handle_startendtag = handle_starttag


@pytest.fixture(scope="module")
def page():
    return html_page(examples.contents())


@pytest.fixture(scope="module")
def hostile():
    return html_page(examples.contents(examples.hostile()))


def test_every_verdict_stands_on_the_page_with_its_sentence_and_its_mark(page):
    for row in examples.all_verdicts().rows:
        assert f"→ {row.value}, the one change: {row.verdict}." in page
        assert f'<span aria-hidden="true">{MARKS[row.verdict]}</span> {row.verdict}</span>' in page


def test_every_section_that_has_content_is_there_and_linked(page):
    names = [
        "verdicts",
        "table",
        "effects",
        "seeds",
        "curves",
        "flips",
        "time",
        "failures",
        "fixed",
        "provenance",
        "command",
    ]
    assert re.findall(r'<section id="(\w+)"', page) == names
    assert re.findall(r'<li><a href="#(\w+)">', page) == names


def test_the_table_has_as_many_digits_as_the_terminals():
    found = examples.all_verdicts()
    page = page_without_figures(examples.contents(found))
    digits = decimals(found, found.metric, found.rows)
    intervals = [
        with_interval(delta, digits).partition(" ")[2] for row in found.rows if (delta := row.deltas.get(found.metric))
    ]
    assert len(intervals) > 5
    assert [text for text in intervals if f"<small>{text}</small>" not in page and f">{text}<" not in page] == []


def test_a_section_without_content_is_not_there():
    page = page_without_figures(examples.contents(examples.one_seed(), curves={}, flips={}))
    assert not {"effects", "seeds", "curves", "flips", "time"} & set(re.findall(r'<section id="(\w+)"', page))


def test_a_plain_sweep_has_a_page(page):
    found = html_page(examples.contents(examples.without_reference()))
    assert "no verdict" in found
    assert "figure-forest" not in found


def test_names_from_records_stay_text(hostile):
    outline = Outline(hostile)
    assert outline.tags.count("script") == 1
    assert "img" not in outline.tags
    assert not [name for _, name, _ in outline.attributes if name.startswith("on") or name == "style"]
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in hostile


def test_only_the_pages_own_style_and_script_may_run(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        [content] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_nothing_is_fetched(page):
    links = [value for _, name, value in Outline(page).attributes if name in ("src", "href")]
    assert links
    assert all(link.startswith(("#", "data:,")) for link in links)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_the_caption_of_a_figure_is_one_sentence(page):
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert len(captions) > 2
    assert [caption for caption in captions if not re.fullmatch(r"[^\n]*[^.]\.", caption)] == []


def test_an_id_stands_once(page):
    ids = Outline(page).ids
    assert len(ids) == len(set(ids))


def test_the_same_comparison_gives_the_same_page(page):
    assert html_page(examples.contents()) == page


def test_colours_of_figures_follow_the_theme(page):
    figures = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert figures.count("<title") == figures.count("<svg") == figures.count('role="img"')
    assert not re.findall(r"#[0-9a-f]{6}", figures)
    assert "prefers-color-scheme:dark" in page


def test_a_failure_shows_its_traceback(page):
    assert "Traceback (most recent call last):" in page
    assert "Run it alone: <code>python train.py model.hidden=[1]</code>" in page


def test_two_hundred_deviations_say_what_is_left_out():
    found = examples.many()
    page = page_without_figures(examples.contents(found))
    assert "and 176 more" in page
    assert page.count("<tr data-verdict=") == 200


def test_seeds_that_an_adaptive_study_could_save_are_not_counted_as_trials():
    found = examples.all_verdicts()
    whole = examples.contents(found)
    fewer = replace(found, rows=(replace(found.rows[0], not_needed=2), *found.rows[1:]))
    planned = len(whole.study.plan.trials)
    assert f"deviations from one reference, {planned} trials" in page_without_figures(whole)
    shown = page_without_figures(replace(whole, comparison=fewer))
    assert f"deviations from one reference, {planned - 2} trials" in shown
    assert f"<dd>{planned - 2}, {planned - 2 - len(found.unusable)} with a result</dd>" in shown


def test_one_deviation_is_one():
    found = examples.all_verdicts()
    page = page_without_figures(examples.contents(replace(found, rows=found.rows[:1])))
    assert "<p>1 deviation from one reference, " in page
