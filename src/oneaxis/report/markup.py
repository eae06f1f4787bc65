"""A table as Markdown."""

from __future__ import annotations

import re

from oneaxis.report.table import Table

_SPECIAL = re.compile(r"([\\`*_|<>\[\]~&])")
_BREAKS = re.compile(r"[\r\n]+")


def markdown(table: Table) -> str:
    """A Markdown table; text that Markdown would read as markup is escaped."""
    lines = [_line(table.headings), "|" + "---|" * len(table.headings)]
    lines.extend(_line(row) for row in table.rows)
    return "\n".join(lines)


def escaped(text: str) -> str:
    """One line that Markdown takes as text."""
    return _SPECIAL.sub(r"\\\1", _BREAKS.sub(" ", text))


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"
