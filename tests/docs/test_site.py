"""`make docs`: the strict build passes, and who reads the site fetches nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from tests.docs.pages import DOCS, PAGES, ROOT

FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(https?:)?//|<link[^>]*\shref=["']?(https?:)?//"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("sphinx")
    pytest.importorskip("furo")
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-b", "html"]
    command += ["-d", str(target / ".doctrees"), str(DOCS), str(target)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    return target, built


def test_it_builds_without_a_warning(site):
    _, built = site
    assert (built.returncode, built.stderr) == (0, "")


def test_every_page_is_there(site):
    target, _ = site
    made = {page.path.relative_to(DOCS).with_suffix(".html") for page in PAGES if page.path.is_relative_to(DOCS)}
    assert {path for path in made if not (target / path).exists()} == set()


def test_nothing_is_fetched(site):
    target, _ = site
    pages = {path.name: FETCHED.search(path.read_text()) for path in target.rglob("*.html")}
    assert [name for name, found in pages.items() if found] == []
    styles = [
        path for path in target.rglob("*.css") if re.search(r"(@import|url\()\s*[\"']?(https?:)?//", path.read_text())
    ]
    assert styles == []


def test_make_builds_it_the_same_way():
    recipe = (ROOT / "Makefile").read_text()
    assert "-m sphinx --fail-on-warning --keep-going --quiet -b html docs docs/_build" in recipe
    assert "docs/_build/" in (ROOT / ".gitignore").read_text().splitlines()
