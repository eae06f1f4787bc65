"""Run the commands that a page shows, and put what they print below them.

python docs/printed.py docs/tutorial.md --in CLONE              all of the page's commands, one after another
python docs/printed.py docs/tutorial.md --in CLONE --from 7     go on at the seventh

A command is a line `$ …` in a block fenced as `text`. All run in CLONE, a fresh clone with its `.venv`. A comment
before the block says what of a long output is shown: `<!-- show: FIRST .. LAST -->`, two regular expressions, more such
ranges after `;`, `end` for the last line. What lies between is shown as `…`. All that was printed stays in
CLONE/printed.log.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = re.compile(r"^\$ (?P<command>(?:.*\\\n)*.*)\n(?P<printed>(?:(?!\$ |```).*\n)*)", re.MULTILINE)
BLOCK = re.compile(r"(?:^<!-- show: (?P<show>.*?) -->\n+)?^```text\n(?P<inside>\$ .*?)^```$", re.MULTILINE | re.DOTALL)
PROGRESS = re.compile(r"(trials \d+/\d+|composing \d+/\d+|\w+ trials?: |writing the rest to )")
LEFT_OUT = "…"
END = "end"
WIDTH = "80"


@dataclass(frozen=True)
class Shown:
    """A command of a page, with what is printed below it. Places are in the page's text."""

    command: str
    printed: str
    start: int
    end: int
    show: tuple[tuple[str, str], ...]


def shown_in(page: str) -> Iterator[Shown]:
    """The commands of a page, in its order."""
    for block in BLOCK.finditer(page):
        ranges = [
            tuple(part.strip() for part in text.split(" .. ")) for text in (block["show"] or "").split(";") if text
        ]
        for found in COMMAND.finditer(block["inside"]):
            start, end = (block.start("inside") + place for place in found.span("printed"))
            command = re.sub(r"\\\n\s*", "", found["command"])
            yield Shown(command, found["printed"], start, end, tuple((pair[0], pair[-1]) for pair in ranges))


def chosen(text: str, show: tuple[tuple[str, str], ...]) -> str:
    """The lines to show, each range from its first to its last pattern.

    Raises
    ------
    ValueError
        If a pattern isn't found: the page promises what the program no longer prints.
    """
    lines = [line.rstrip() for line in text.splitlines() if not PROGRESS.match(line)]
    if show:
        kept: list[str] = []
        at = 0
        for first, last in show:
            start = _find(lines, first, at)
            end = len(lines) - 1 if last == END else _find(lines, last, start)
            kept += [LEFT_OUT] * (start > at) + lines[start : end + 1]
            at = end + 1
        lines = kept + [LEFT_OUT] * (at < len(lines))
    return "".join(f"{line}\n" for line in lines).strip("\n") + "\n" if any(lines) else ""


def _find(lines: list[str], pattern: str, start: int) -> int:
    for number in range(start, len(lines)):
        if re.search(pattern, lines[number]):
            return number
    raise ValueError(f"nothing printed matches {pattern!r} after line {start}")


def printed_by(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What a command prints, errors included."""
    done = subprocess.run(  # noqa: S602 - the page's own commands, as a reader would type them
        command, shell=True, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        executable="/bin/bash", check=False,
    )  # fmt: skip
    return done.stdout.replace(f"{folder}/", "").replace(str(folder), ".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--in", dest="folder", type=Path, required=True)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--to", dest="last", type=int, default=sys.maxsize)
    options = parser.parse_args()
    folder = options.folder.resolve()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HYDRA_", "MLFLOW_"))}
    environment = inherited | {
        "PATH": f"{folder / '.venv/bin'}:{os.environ['PATH']}",
        "COLUMNS": WIDTH,
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    count = len(list(shown_in(options.page.read_text(encoding="utf-8"))))
    for number in range(options.first, min(count, options.last) + 1):
        started = time.monotonic()
        text = options.page.read_text(encoding="utf-8")
        shown = list(shown_in(text))[number - 1]
        print(f"{number}/{count} {shown.command}", file=sys.stderr, flush=True)
        output = printed_by(shown.command, folder, environment)
        folder.joinpath("printed.log").open("a").write(f"$ {shown.command}\n{output}\n")
        options.page.write_text(text[: shown.start] + chosen(output, shown.show) + text[shown.end :], encoding="utf-8")
        print(f"  {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
