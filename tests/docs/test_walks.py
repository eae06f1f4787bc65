"""The pages of commands that were run, and the program that runs them."""

from __future__ import annotations

import pytest
from tests.docs.pages import DOCS, ROOT, script

printed = script("printed")
WALKS = ("tutorial.md", "mnist1d.md")
SILENT = ("cp ", "sed ", "echo ")
PRINTED = """Plan: 3 trials
      seeds: 0
trials 1/3, 2 running, 5 s
Study: here
✓ comparable

   reference   0.5
again: oneaxis compare
"""


@pytest.mark.parametrize(
    "show, expected",
    [
        ((), [line for line in PRINTED.splitlines() if not line.startswith("trials")]),
        ((("^Plan", "seeds"),), ["Plan: 3 trials", "      seeds: 0", "…"]),
        ((("^✓", "0.5"),), ["…", "✓ comparable", "", "   reference   0.5", "…"]),
        ((("^Plan", "^Plan"), ("^again", "end")), ["Plan: 3 trials", "…", "again: oneaxis compare"]),
    ],
)
def test_what_is_shown_of_an_output(show, expected):
    assert printed.chosen(PRINTED, show).splitlines() == expected


def test_a_page_that_promises_what_is_no_longer_printed_is_refused():
    with pytest.raises(ValueError, match="nothing printed matches '\\^Nothing'"):
        printed.chosen(PRINTED, (("^Nothing", "end"),))


def test_commands_are_found_with_their_places_and_what_is_shown_of_them():
    shows = "<!-- show: ^a .. ^b; ^c .. end -->\n"
    page = f"# A\n\n{shows}```text\n$ one \\\n    two\nprinted\n$ three\n```\n\n```bash\n$ not run\n```\n"
    first, second = printed.shown_in(page)
    assert (first.command, first.printed, first.show) == ("one two", "printed\n", (("^a", "^b"), ("^c", "end")))
    assert page[first.start : first.end] == first.printed
    assert (second.command, second.printed) == ("three", "")


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_is_printed_whole(walk):
    """Each command has its output, and what is shown of it fits what the page says is shown."""
    for shown in printed.shown_in((DOCS / walk).read_text()):
        assert bool(shown.printed) is not shown.command.startswith(SILENT), shown.command
        if shown.show:
            assert printed.chosen(shown.printed, shown.show).replace("…\n", "") == shown.printed.replace("…\n", "")
        assert "Traceback" not in shown.printed


def test_the_readme_shows_what_the_tutorial_ends_in():
    [table] = [
        block for block in (ROOT / "README.md").read_text().split("```")[1::2] if block.startswith("text\n✓ comparable")
    ]
    assert table.removeprefix("text\n") in (DOCS / "tutorial.md").read_text()
