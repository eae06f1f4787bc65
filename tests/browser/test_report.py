"""The report as a reader uses it: by mouse, by keyboard, in the dark, on paper, and without a network."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.report import examples

from oneaxis.report.html import html_page

PATIENCE = 120_000  # ms


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html_page(examples.contents()), encoding="utf-8")
    return path


@pytest.fixture
def page(browser, file):
    """The page, opened from disk; nothing may be asked of a network, and nothing may complain."""
    context = browser.new_context(offline=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    yield page
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []
    context.close()


def changes(page):
    return page.locator("#table tbody tr:visible th").evaluate_all(
        "all => all.map(each => each.firstChild.textContent)"
    )


def test_sort_filter_and_search(page):
    assert changes(page)[0] == "reference"
    delta = page.get_by_role("columnheader", name="Δ", exact=True)
    delta.get_by_role("button").click()
    assert delta.get_attribute("aria-sort") == "ascending"
    assert changes(page)[:2] == ["reference", "logistic → dummy"]
    delta.get_by_role("button").press("Enter")
    assert delta.get_attribute("aria-sort") == "descending"
    assert changes(page)[1] == "logistic → forest"
    assert changes(page)[-1] in ("[64, 64] → [1]", "l2 → l1")  # without a value: last, either way

    page.get_by_label("inconclusive").press("Space")
    assert page.get_by_role("status").inner_text() == "14 of 16 deviations"
    page.get_by_role("searchbox").fill("Model forest")
    assert changes(page) == ["reference", "logistic → forest"]


def test_the_keyboard_reaches_everything_and_links_lead_there(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    for link in page.get_by_role("navigation").get_by_role("link").all():
        assert page.locator(link.get_attribute("href")).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_the_light_and_in_the_dark_by_everyone(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.querySelector('svg.figure text')).fill")
    assert (ground, ink) == {
        "light": ("rgb(255, 255, 254)", "rgb(27, 31, 36)"), "dark": ("rgb(20, 24, 28)", "rgb(230, 233, 236)"),
    }[scheme]  # fmt: skip
    # The policy lets no foreign script in, so the checker comes through the debugger's door, as Playwright's own do.
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


def test_it_prints_and_fits_a_phone(page):
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 254)"
    assert not page.locator("#controls").is_visible()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
