"""The pages of commands that were run, and the program that runs them."""

from __future__ import annotations

import os
import re
import shlex
import shutil

import pytest
from tests.app.readme import masked
from tests.conftest import Host
from tests.docs.pages import DOCS, ROOT, script

from oneaxis.cli import _parser

printed = script("printed")
WALKS = ("tutorial.md", "mnist1d.md")
SILENT = ("cp ", "sed ", "echo ")
SHELL = (*SILENT, "grep ", "diff ", "cat ")
# These tell the same before any trial ran. All other commands of ours run trials, draw for half a minute (`data`), or
# tell of trials that ran: of them a test only reads the arguments.
TOLD_AT_ONCE = {
    "tutorial.md": {"oneaxis status --config-name mine", "oneaxis lineage --config-name mine"},
    "mnist1d.md": set(),
}
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


def plan_in(text):
    """The lines of a plan, and whether the page leaves some out."""
    lines = text[text.index("Plan: ") :].splitlines()
    end = next(number for number, line in enumerate(lines) if line.startswith(("Study: ", "Dry run: ", "…")))
    return masked("\n".join(lines[:end])), lines[end] == "…"


def without_ids(text):
    return masked(re.sub(r"\d+ at others", "N at others", re.sub(r"\b[0-9a-f]{7,64}\b", "ID", text)))


def promote_as_printed(root, text):
    """Edit what a promotion says that it edits."""
    name, edit = re.findall(r"^\+\+\+ (\S+)\n(.*?)^$", text, re.DOTALL | re.MULTILINE)[0]
    before, after = (re.findall(rf"^\{sign}(.*)$", edit, re.MULTILINE) for sign in "-+")
    config = (root / name).read_text()
    for old, new in zip(before, after, strict=True):
        assert config.count(f"{old}\n") == 1, f"{name} has no line {old!r}"
        config = config.replace(f"{old}\n", f"{new}\n")
    (root / name).write_text(config)


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_can_be_walked(walk, tmp_path):
    """In a fresh copy, each command in turn: studies as plans, promotions as the edit that they print."""
    if walk == "mnist1d.md":
        pytest.importorskip("torch")
    for name in ("train.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    demo = Host(tmp_path)
    seen = set()
    for shown in printed.shown_in((DOCS / walk).read_text()):
        program, *words = shlex.split(shown.command)
        seen |= {program, shown.command}
        if shown.command == "cat conf/lineage.yaml":  # as the promotion wrote it
            (tmp_path / "conf" / "lineage.yaml").write_text(shown.printed)
        elif shown.command.startswith(SHELL):
            assert printed.printed_by(shown.command, tmp_path, os.environ) == shown.printed
        elif program == "python":
            ended = demo.python(*words, "hydra.sweeper.dry_run=true")
            assert ended.status == 0, ended
            told, cut = plan_in(shown.printed)
            planned, _ = plan_in(ended.out)
            assert told == (planned[: len(told)] if cut else planned), shown.command
        else:
            assert program == "oneaxis", f"no test knows how to run {shown.command}"
            _parser().parse_args(words)
            if shown.command in TOLD_AT_ONCE[walk]:
                ended = demo.python("-m", "oneaxis.cli", *words)
                assert without_ids(ended.out) == without_ids(shown.printed), ended
            if words[0] == "promote":
                promote_as_printed(tmp_path, shown.printed)
    assert {"python", "oneaxis"} | TOLD_AT_ONCE[walk] < seen
