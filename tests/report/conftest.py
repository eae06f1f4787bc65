"""Reports as a plain terminal of 80 columns shows them, and golden files to compare them with."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def shown():
    """What a renderable looks like on a plain console, without spaces at the ends of lines."""

    def rendered(view, width=80):
        console = Console(file=StringIO(), width=width, no_color=True, highlight=False)
        console.print(view)
        return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"

    return rendered


@pytest.fixture
def golden():
    """Compare a text with its golden file; `UPDATE_GOLDEN=1 pytest …` writes the file anew."""

    def compare(name, text):
        path = GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
