"""Output that any stream takes: what it can't show has a stand-in, and nobody has to read it to its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import IO, Any, cast
from unicodedata import combining, east_asian_width

PAIRS = {"→ ": "->", "± ": "+-"}
STAND_INS = {
    "✓": "v", "→": ">", "←": "<", "↑": "^", "↓": "v", "Δ": "d", "±": "~", "×": "x", "−": "-", "·": ".", "…": "~",
    "≡": "=", "│": "|", "█": "#", "²": "2", "½": "#",
}  # fmt: skip
SPINNER = range(0x2800, 0x2900)  # the dots that turn while something is waited for


def takes(stream: Any, text: str) -> bool:
    """Whether a stream can show a text as it is."""
    # Escapes by backslash, the habit of standard error, are no words.
    errors = getattr(stream, "errors", None) or "strict"
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8", "strict" if errors == "backslashreplace" else errors)
    except UnicodeEncodeError:
        return False
    return True


def legible(text: str, encoding: str) -> str:
    """The text in what an encoding has, as wide as before: columns stay aligned."""
    for pair, stand_in in PAIRS.items():
        if not _has(encoding, pair):
            text = text.replace(pair, stand_in)
    return "".join(each if _has(encoding, each) else _stand_in(each) for each in text)


def fitting(text: str, stream: Any = None) -> str:
    """The text as a stream can show it; as standard output can, for who writes there by other ways (loggers)."""
    stream = stream or sys.stdout
    return text if takes(stream, text) else legible(text, stream.encoding)


class Output:
    """A stream of text that takes everything; once its reader has gone, what is written goes nowhere."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._unread():
            self._stream.write(fitting(text, self._stream))
        return len(text)

    def flush(self) -> None:
        with self._unread():
            self._stream.flush()

    @contextmanager
    def _unread(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:  # `| head`: the command goes on, for its other effects and its exit status
            nowhere = os.open(os.devnull, os.O_WRONLY)
            with suppress(OSError, ValueError):
                os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


def output(stream: IO[str] | None) -> IO[str] | None:
    """The same stream, which takes everything; None, a closed one, takes it already."""
    return stream if stream is None or isinstance(stream, Output) else cast("IO[str]", Output(stream))


@contextmanager
def legible_output() -> Iterator[None]:
    """Within this block, all that this process prints is legible."""
    with redirect_stdout(output(sys.stdout)), redirect_stderr(output(sys.stderr)):
        try:
            yield
        finally:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _stand_in(letter: str) -> str:
    if letter in STAND_INS:
        return STAND_INS[letter]
    if ord(letter) in SPINNER:
        return "."
    return "" if combining(letter) else "??" if east_asian_width(letter) in "WF" else "?"
