"""The smallest pieces of a page: everything that comes from records passes through here."""

from __future__ import annotations

import html
from collections.abc import Iterable

_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), "�")


def text(value: object) -> str:
    """Text as text, whatever it holds: markup, control characters, half of a surrogate pair."""
    shown = str(value).encode("utf-8", "replace").decode("utf-8").translate(_CONTROL)
    return html.escape(shown, quote=True)


def section(name: str, heading: str, body: str, *, note: str = "") -> str:
    """A landmark with its heading; nothing where there is no content."""
    if not body:
        return ""
    lead = f"<p class=note>{text(note)}</p>" if note else ""
    return (
        f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{text(heading)}</h2>{lead}{body}</section>'
    )


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and their values; values are HTML already."""
    return f"<dl>{''.join(f'<dt>{text(name)}</dt><dd>{value}</dd>' for name, value in pairs)}</dl>"


def details(summary: str, body: str) -> str:
    return f"<details><summary>{text(summary)}</summary>{body}</details>"


def block(content: object) -> str:
    """Code or output as it is. It may be wide, so it scrolls, and can be reached by keyboard for that."""
    return f'<pre tabindex="0">{text(content)}</pre>'
