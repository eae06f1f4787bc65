"""The documentation as tests read it: pages, the code on them, links, headings."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w{}]*)[^\n]*\n(?P<text>.*?)^(?P=indent)```", re.DOTALL | re.MULTILINE
)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


@dataclass(frozen=True)
class Page:
    """One file in Markdown."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """Without blocks of code."""
        return _FENCE.sub("", self.text)

    @cached_property
    def blocks(self) -> list[tuple[str, str]]:
        """Each block of code with its language."""
        return [(found["language"], found["text"]) for found in _FENCE.finditer(self.text)]

    @cached_property
    def code(self) -> list[str]:
        """All that is set as code: lines of blocks, with continued ones joined, and spans."""
        lines = [line for _, text in self.blocks for line in text.replace("\\\n", " ").splitlines()]
        return [*lines, *(" ".join(found[2].split()) for found in _SPAN.finditer(self.prose))]

    @cached_property
    def links(self) -> list[str]:
        return _LINK.findall(_SPAN.sub("code", self.prose))

    @cached_property
    def anchors(self) -> set[str]:
        """What its headings are called, as GitHub and the site call them."""
        headings = re.findall(r"^#{1,4} (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def _pages() -> Iterator[Page]:
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        yield Page(ROOT / name)
    for path in sorted(DOCS.rglob("*.md")):
        if "_build" not in path.parts:
            yield Page(path)


PAGES = list(_pages())


def script(name: str) -> ModuleType:
    """A script of docs/, as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
