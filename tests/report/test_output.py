"""Output on streams that can't show everything, or that nobody reads."""

from __future__ import annotations

import io
import os

import pytest
from rich.cells import cell_len

from oneaxis.report.output import STAND_INS, fitting, legible, output, takes
from oneaxis.report.terminal import console, say


@pytest.mark.parametrize(
    "encoding, text, shown",
    [
        ("ascii", "✓ comparable · ✓ all 3 trials", "v comparable . v all 3 trials"),
        ("ascii", "0.1 → 0.2  0.9 ± 0.1  −0.1  × 2", "0.1 ->0.2  0.9 +-0.1  -0.1  x 2"),
        ("ascii", "within ±0.1, better →", "within ~0.1, better >"),
        ("ascii", "größe=模型 e\u0301", "gr??e=???? e"),
        ("ascii", "⠋ planning …", ". planning ~"),
        ("latin-1", "0.1 → größe ± 0.1 …", "0.1 ->größe ± 0.1 ~"),
        ("utf-8", "0.1 → größe ±\udcff", "0.1 → größe ±?"),
    ],
)
def test_what_a_stream_cant_show_has_a_stand_in_as_wide(encoding, text, shown):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert not takes(stream, text)
    assert legible(text, encoding) == shown
    assert output(stream).write(text) == len(text)
    stream.flush()
    assert stream.buffer.getvalue().decode(encoding) == shown


def test_stand_ins_are_ascii_and_as_wide_as_what_they_stand_for():
    assert all(stand_in.isascii() and len(stand_in) == cell_len(letter) for letter, stand_in in STAND_INS.items())


@pytest.mark.parametrize("errors, shown", [("surrogateescape", b"a\xff"), ("replace", b"a?"), ("strict", b"a?")])
def test_a_streams_own_way_with_odd_bytes_is_kept(errors, shown):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=errors)
    output(stream).write("a\udcff")
    stream.flush()
    assert stream.buffer.getvalue() == shown


def test_what_nobody_reads_goes_nowhere():
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "w") as stream:
        for _ in range(2):
            output(stream).write("all that was to be said\n")
            output(stream).flush()
        stream.write("and what the program itself says\n")


def test_the_terminal_is_legible_too(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    say(console(), "0.1 → 0.2")
    assert stream.buffer.getvalue() == b"0.1 ->0.2\n"
    monkeypatch.setattr("sys.stdout", None)
    say(console(), "to a closed one")


def test_what_a_logger_writes_to_standard_output_fits_it(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert fitting("é → ü") == "? ->?"
    monkeypatch.setattr("sys.stdout", None)
    assert fitting("é → ü") == "é → ü"
