"""A study's command line, taken apart, and kept without its secrets."""

from __future__ import annotations

import sys

import pytest

from oneaxis.loop.command_line import config_name, fixed_keys, flags, masked_line, typed_arguments, whole_line


def test_what_was_typed_is_kept_without_the_password_of_the_tracking_store(monkeypatch):
    typed = ["-m", "text='//me@home'", "hydra.sweeper.tracking=http://me:secret@server", "lr=1,2"]
    monkeypatch.setattr(sys, "argv", ["app.py", *typed])
    assert typed_arguments() == (*typed[:2], "hydra.sweeper.tracking=http://***@server", "lr=1,2")


@pytest.mark.parametrize(
    "left, started, entry, line",
    [
        (["-m", "lr=1"], ["python", "app.py", "--scale=2", "-m", "lr=1"], ["app.py"], ["--scale=2", "-m", "lr=1"]),
        (["-m", "lr=1"], ["python", "-W", "error", "./app.py", "-m", "lr=1", "--x"], ["app.py"], ["-m", "lr=1", "--x"]),
        (["lr=1"], ["python", "-m", "pkg.train", "--fast", "lr=1"], ["-m", "pkg.train"], ["--fast", "lr=1"]),
        (["lr=1"], ["python", "-m", "pkg", "--fast", "lr=1"], ["-m", "pkg"], ["--fast", "lr=1"]),
        # What the app put in their place is what counts.
        (["-m", "lr=2"], ["python", "app.py", "fast"], ["app.py"], ["-m", "lr=2"]),
        (["lr=1", "-m"], ["python", "app.py", "-m", "lr=1"], ["app.py"], ["lr=1", "-m"]),
        # Something else was started, which runs the app within.
        (["-m"], ["python", "-m", "runner", "app.py", "-m"], ["other.py"], ["-m"]),
        (["-m"], ["python", "-c", "import app"], ["-c"], ["-m"]),
    ],
)
def test_what_an_app_took_out_of_its_command_line_is_kept(left, started, entry, line):
    assert whole_line(left, started, entry) == line


@pytest.mark.parametrize(
    "typed, kept",
    [
        (["--hf-token", "hf_abc", "-m", "lr=1"], ["--hf-token", "***", "-m", "lr=1"]),
        (["--password=hunter", "-m"], ["--password=***", "-m"]),
        (["--db_password", "hunter two", "lr=1"], ["--db_password", "***", "lr=1"]),
        (["--use-secret", "-m", "lr=1"], ["--use-secret", "-m", "lr=1"]),
        (["--config-name", "token", "db.password=x"], ["--config-name", "token", "db.password=***"]),
        (["--tokens", "100", "lr=1"], ["--tokens", "100", "lr=1"]),
    ],
)
def test_a_secret_is_masked_however_it_is_typed(typed, kept):
    assert masked_line(typed) == tuple(kept)


@pytest.mark.parametrize(
    "typed, name",
    [
        (["-m", "lr=1"], None),
        (["--config-name", "other", "-m"], "other"),
        (["-m", "--config-name=other"], "other"),
        (["-cn=other", "-m"], "other"),
        (["-m", "config-name=3"], None),
    ],
)
def test_the_primary_config_is_known_however_it_is_typed(typed, name):
    assert config_name(typed) == name


def test_flags_and_what_is_set_to_one_value_are_told_apart():
    typed = [
        "--config-dir", "a=b", "-m", "--fast", "lr=0.1", "+axes=[one,two]", "db@source=x", "model=a,b", "lr=choice(1)",
        "~gone", "hydra.sweeper.seeds=5", "+hydra.job.name=x", "hydra/launcher=oneaxis", "++new='a=b'", "words",
    ]  # fmt: skip
    assert flags(typed) == ["--config-dir", "a=b", "-m", "--fast"]
    keys = {"lr=0.1": "lr", "+axes=[one,two]": "axes", "db@source=x": "db@source", "++new='a=b'": "new"}
    assert fixed_keys(typed) == keys
