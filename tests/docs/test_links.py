"""Every link within the repository leads somewhere, and every picture is there."""

from __future__ import annotations

from tests.docs.pages import DOCS, PAGES, Page


def test_links_and_anchors_resolve():
    lost = []
    for page in PAGES:
        for link in page.links:
            path, _, anchor = link.partition("#")
            if "://" in path:
                lost += [] if path.startswith("https://") else [f"{page}: {link}"]
                continue
            target = (page.path.parent / path).resolve() if path else page.path
            if not target.exists() or (anchor and anchor not in Page(target).anchors):
                lost.append(f"{page}: {link}")
    assert lost == []


def test_the_first_page_leads_to_every_other():
    first = Page(DOCS / "index.md")
    reached = {(DOCS / link).resolve() for link in first.links if "://" not in link}
    others = {page.path for page in PAGES if page.path.is_relative_to(DOCS)} - {first.path}
    assert others <= reached
    listed = {line for language, text in first.blocks if language == "{toctree}" for line in text.splitlines()}
    assert {path.relative_to(DOCS).with_suffix("").as_posix() for path in others} <= listed


def test_every_picture_is_shown():
    shown = {(page.path.parent / link).resolve() for page in PAGES for link in page.links if "pictures/" in link}
    assert shown == set((DOCS / "pictures").iterdir())


def test_pictures_are_small_and_fetch_nothing():
    pictures = list((DOCS / "pictures").iterdir())
    assert sum(path.stat().st_size for path in pictures) < 400_000
    assert [path.name for path in pictures if path.suffix == ".svg" and "url(http" in path.read_text()] == []
