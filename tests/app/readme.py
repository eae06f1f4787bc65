"""What the README shows, and what differs from run to run in it."""

from __future__ import annotations

import re

from tests.app.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```text\n\$ (.*?)\n(.*?)```", README, re.DOTALL))


def masked(text: str) -> list[str]:
    """Lines without what differs from run to run (times, folders, spaces between columns) and without "…"."""
    text = re.sub(r"\d[\d.]* (s|min|h)\b( \d+ (s|min)\b)?", "TIME", text)
    text = re.sub(r"× [\d.]+", "RATIO", text)
    text = re.sub(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", "MOMENT", text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    progress = ("trials ", "composing ", "writing ")
    return [line for line in lines if line not in ("", "…") and not line.startswith(progress)]
