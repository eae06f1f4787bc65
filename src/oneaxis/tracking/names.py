"""Keys as MLflow takes them, reversibly."""

from __future__ import annotations

import hashlib
import posixpath
import re

LONGEST = 250  # MLflow's limit for keys
_REFUSED = re.compile(r"[^\w\-. /:]")
_ESCAPED = re.compile(r"_x([0-9a-f]+)_")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9a-f]*[\W_])")  # would be read back as an escape, or begin one


def to_key(name: str) -> str:
    """A parameter's or metric's name as a key: what MLflow refuses becomes `_x40_` (here, for `@`).

    A name longer than MLflow's limit is cut and ends in a digest; only then can't it be read back.
    """
    text = _LOOKS_ESCAPED.sub(f"_x{ord('_'):x}_", name)
    text = _REFUSED.sub(lambda found: f"_x{ord(found.group(0)):x}_", text)
    if not text or posixpath.normpath(text) != text or text.startswith(("/", "..")) or text == ".":
        text = text.replace("/", "_x2f_").replace(".", "_x2e_") or "_x_"
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 13]}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    return text


def to_text(text: str) -> str:
    """A value as a text that every store takes: a byte that is no text (half of a surrogate pair) becomes `?`."""
    return text.encode("utf-8", "replace").decode()


def from_key(key: str) -> str:
    """The name behind a key."""
    if key == "_x_":
        return ""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), key)
