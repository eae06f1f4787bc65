"""Keys as MLflow takes them, reversibly."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 250  # MLflow's limit for keys
_REFUSED = re.compile(r"[^\w\-. /:]")
_ESCAPED = re.compile(r"_x([0-9a-f]+)_")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9a-f]*[\W_])")  # would be read back as an escape, or begin one


@dataclass(frozen=True)
class Names:
    """Which metrics of a study's runs are ours: those whose names begin with `ours`. A task's never do."""

    ours: str

    def own(self, name: str) -> str:
        return to_key(f"{self.ours}{name}")

    def taken(self, keys: Iterable[str]) -> frozenset[str]:
        """Of keys that a task gave to metrics in MLflow itself, those that are ours."""
        return frozenset(key for key in keys if self.ours and key.startswith(self.ours))

    def task(self, name: str) -> str:
        return to_key(name, kept=self.ours)


NAMES = Names("oneaxis.")
EARLIER = Names("")  # in studies that an older oneaxis has mirrored: ours lay among the task's


def to_key(name: str, *, kept: str = "") -> str:
    """A parameter's or metric's name as a key: what MLflow refuses becomes `_x40_` (here, for `@`).

    No key begins with `kept`. A name longer than MLflow's limit is cut and ends in a digest; only then can't it be
    read back.
    """
    text = _LOOKS_ESCAPED.sub(f"_x{ord('_'):x}_", name)
    text = _REFUSED.sub(lambda found: f"_x{ord(found.group(0)):x}_", text)
    if kept and text.startswith(kept):
        text = f"{kept[:-1]}_x{ord(kept[-1]):x}_{text[len(kept) :]}"
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
