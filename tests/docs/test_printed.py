"""What pages show of the terminal was printed by the program, where that takes seconds to see."""

from __future__ import annotations

import ast
import re
import shlex
from html import unescape

from tests.app.readme import BLOCKS, masked
from tests.docs.pages import DOCS, Page, script

raised = script("raised")
# How the lines of a study's end begin that docs/explanation/survive.md shows.
TOLD = re.compile(
    r"^(runs again|not reused|launched again|Interrupted|skipped, counted|not on disk|MLflow|To run|Reused|Done)\b"
)


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


def told(text: str) -> list[str]:
    """The lines of a block that begin so, each with those that it may go on with."""
    lines = text.splitlines()
    return ["\n".join(lines[number:]) for number, line in enumerate(lines) if TOLD.match(line)]


def said(text: str, patterns: list[re.Pattern[str]]) -> bool:
    """Whether the first line, or the first few as one, are something that the code says."""
    lines = text.splitlines()
    starts = [" ".join(" ".join(lines[:count]).split()) for count in range(1, 4)]
    return any(pattern.fullmatch(start) for pattern in patterns for start in starts)


def test_what_the_worst_day_looks_like_is_what_the_code_says():
    rooms = [raised.SOURCE / "oneaxis" / room for room in ("loop", "study", "tracking")]
    patterns = [raised.pattern(words) for room in rooms for words in raised.texts(room) if TOLD.match(words)]
    shown = [line for _, text in Page(DOCS / "explanation" / "survive.md").blocks for line in told(text)]
    assert len(shown) > 10
    assert [line for line in shown if not said(line, patterns)] == []
    for other in (
        "runs again: 1 broken off; what they left is gone",
        "MLflow: back, and nothing is lost",
        "failed: it",
    ):
        assert not said(other, patterns)


def spoken(*modules: str) -> list[re.Pattern[str]]:
    """What these modules can say, with a gap for each value."""
    trees = [ast.parse((raised.SOURCE / "oneaxis" / f"{module}.py").read_text(encoding="utf-8")) for module in modules]
    words = [raised._text(node) or "" for tree in trees for node in ast.walk(tree) if isinstance(node, ast.expr)]
    return [raised.pattern(" ".join(text.split())) for text in words if len(re.sub(r"[^a-z]", "", text)) > 7]


def page_blocks(name: str) -> list[str]:
    return [text for _, text in Page(DOCS / name).blocks]


def test_what_is_said_of_a_held_rate_is_what_the_code_says():
    patterns = spoken("loop/own_rate")
    shown = page_blocks("explanation/held-rate.md")
    paragraphs = [part for text in shown for part in re.split(r"^…\n", text, flags=re.MULTILINE)[2:]]
    told = [
        said
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.:])\s+(?=[A-Z(]|python )", " ".join(paragraph.split()))
        for said in (sentence.strip("()").split("; ") if sentence.startswith("(") else [sentence])
        if not said.startswith("python ")
    ]
    assert len(told) == 7

    def known(text: str) -> bool:
        return any(pattern.fullmatch(text) for pattern in patterns)

    assert [text for text in told if not known(text)] == []
    assert not known("optimizer=sgd is worse at optimizer.lr = 0.01, and that was held.")


def test_what_controls_and_screens_end_in_is_what_the_code_says():
    patterns = spoken("analysis/controls", "analysis/health", "analysis/conclusion", "report/moves", "report/table")
    shown = page_blocks("how-to/screen.md")
    lines = [" ".join(text.split()) for text in shown if text.startswith("✓")]
    pieces = [
        re.sub(r"^(repeat|bite|placebo)( \S+)?: ", "", piece[2:]) for line in lines for piece in line.split(" · ")
    ]
    [moves] = [text for text in shown if text.startswith("what moves")]
    pieces.append(moves.splitlines()[0])
    assert len(pieces) == 13
    assert [piece for piece in pieces if not any(pattern.fullmatch(piece) for pattern in patterns)] == []
    assert not any(pattern.fullmatch("didn't show (val_accuracy −0.0029)") for pattern in patterns)
