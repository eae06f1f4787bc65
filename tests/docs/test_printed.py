"""What pages show of the terminal was printed by the program, where that takes seconds to see."""

from __future__ import annotations

import re
import shlex
from html import unescape

from tests.app.readme import BLOCKS, masked
from tests.docs.pages import DOCS, Page


def test_the_plan_of_a_grid_is_real(host):
    [text] = [text for _, text in Page(DOCS / "how-to" / "from-grid-search.md").blocks if text.startswith("$ ")]
    command, _, shown = text.partition("\n")
    ended = host("plain").python(*shlex.split(command)[2:], "hydra.sweeper.tracking=null")
    assert (ended.status, ended.err) == (0, "")
    assert masked(shown) == masked(ended.out)


def test_the_picture_of_the_refusal_shows_what_the_readme_shows():
    """That one is compared with the program."""
    svg = (DOCS / "pictures" / "refusal.svg").read_text()
    rows = re.findall(r"<text[^>]*>(.*?)</text>", svg)
    drawn = " ".join(" ".join(unescape(row).replace("\N{NO-BREAK SPACE}", " ") for row in rows).split())
    [command] = [command for command in BLOCKS if command.startswith("python app.py")]
    assert f"$ {command}" in drawn
    for line in masked(BLOCKS[command]):
        assert line in drawn
