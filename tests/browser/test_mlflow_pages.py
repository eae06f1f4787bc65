"""MLflow's own pages, opened by the links that a study prints."""

from __future__ import annotations

import re
import shutil

import pytest
from tests.tracking_server import Server

PATIENCE = 300_000  # ms: its pages are heavy
BY_DELTA = ["lr=0.5", "lr=0.2", "lr=0.05", "reference"]


@pytest.fixture(scope="module")
def server(tmp_path_factory, ready_store):
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder, shutil.copy(ready_store, folder))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def study(browser, server, shared_host):
    """The addresses that a study prints: its list of runs, and its saved view."""
    app = shared_host("plain")
    ended = app.sweep("lr=0.05,0.2,0.5", tracking=server.uri, report=True)
    assert ended.status == 0, ended.err
    app.listed, app.view = re.findall(rf"{server.uri}\S+", ended.out)
    return app


@pytest.fixture
def page(browser, server):
    context = browser.new_context(viewport={"width": 1600, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    asked, broken = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    assert [url for url in asked if not url.startswith((server.uri, "data:", "blob:"))] == []
    assert broken == []
    context.close()


def names(page):
    """The names of the runs, from the top."""
    cells = page.locator(".ag-row [col-id='attributes.`Run Name`']")
    cells.first.wait_for()
    rows = cells.evaluate_all("all => all.map(each => [+each.parentElement.getAttribute('row-index'), each.innerText])")
    return [text.split()[-1] for _, text in sorted(rows)]  # after a square that has its colour as text


def test_the_saved_view_is_flat_sorted_by_difference_and_has_the_columns_that_count(page, study):
    page.goto(study.view)
    assert names(page) == BY_DELTA
    columns = page.locator("[data-testid^='sort-header-']").evaluate_all("all => all.map(each => each.innerText)")
    assert {"oneaxis.delta.val/score", "val/score", "oneaxis.seconds", "oneaxis.axis", "oneaxis.value"} <= set(columns)
    colour = page.locator("[data-testid='experiment-view-table-run-color']")
    assert "rgb(0, 0, 0)" in colour.evaluate_all("all => all.map(each => getComputedStyle(each).backgroundColor)")
    page.get_by_test_id("sort-header-val/score").click()
    page.wait_for_url("**orderByKey=metrics.*val*score*")
    assert sorted(names(page)) == sorted(BY_DELTA)


def test_the_plain_link_lists_the_trials_and_leads_on_to_one(page, study):
    page.goto(study.listed)
    assert names(page) == ["lr=0.5", "reference", "lr=0.2", "lr=0.05"]
    page.get_by_role("link", name="lr=0.5").click()
    page.get_by_text("oneaxis.verdict").wait_for()


def test_the_studys_run_tells_its_verdicts_and_shows_its_report(page, study, server):
    parent = re.search(r"%27([0-9a-f]{32})%27", study.listed)[1]
    page.goto(f"{server.uri}/#/experiments/1/runs/{parent}")
    page.get_by_text("no verdict").first.wait_for()
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("report.html", exact=True).first.click()
    report = page.frame_locator("iframe")
    assert report.locator("h1").inner_text() == study.study.name
    report.get_by_text("lr 0.25 → 0.5").first.wait_for()
    for name in ("table.csv", "table.md", "comparison.json"):
        assert page.get_by_text(name, exact=True).count() == 1
