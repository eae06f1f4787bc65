"""Records on disk: what was written is read back, and damage is named, never guessed at."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import containers, records, steady

from oneaxis.errors import BadRecord
from oneaxis.trial.codec import (
    RECORD_FILE,
    from_jsonable,
    has_record,
    jsonable,
    read_json,
    read_record,
    record_file,
    write_json,
    write_record,
)
from oneaxis.trial.own import made
from oneaxis.vocabulary import ABSENT, Failure, Record

RECORD = Record(
    study="s",
    trial=3,
    role="deviation",
    axis="lr",
    value="0.1",
    deviation="lr=0.1",
    seed=2,
    folder=".",
    status="failed",
    metrics={"acc": 0.5},
    failure=Failure("ValueError", "why", "Traceback …"),
    overrides=("lr=0.1", "seed=2"),
    config={"lr": 0.1, "layers": [1, {"a": None}]},
    seconds=1.5,
    phases={"load": 0.5},
    data={"train": "abc"},
    machine={"threads": {"OMP_NUM_THREADS": "1"}},
)
with_folder = settings(steady, suppress_health_check=[HealthCheck.function_scoped_fixture])


@with_folder
@given(records())
def test_a_record_with_any_text_in_it_is_read_back_as_it_was(tmp_path, record):
    record = replace(record, folder=".")
    write_record(record, tmp_path)
    assert read_record(tmp_path) == record


def test_a_whole_record_is_read_back_as_it_was(tmp_path):
    assert write_record(RECORD, tmp_path) == tmp_path / "record.json"
    assert read_record(tmp_path) == RECORD


def test_a_folder_without_a_record_has_none(tmp_path):
    assert read_record(tmp_path) is None
    assert read_record(tmp_path / "nowhere") is None


def test_a_later_record_replaces_an_earlier_one_and_leaves_nothing_else(tmp_path):
    write_record(RECORD, tmp_path)
    write_record(replace(RECORD, status="finished"), tmp_path)

    assert read_record(tmp_path).status == "finished"
    assert [path.name for path in tmp_path.iterdir()] == [RECORD_FILE]


def test_a_record_is_plain_json_with_a_schema_that_people_can_read(tmp_path):
    content = json.loads(write_record(replace(RECORD, value="é→🚀"), tmp_path).read_text(encoding="utf-8"))

    assert content["schema"] == 1
    assert content["failure"] == {"kind": "ValueError", "message": "why", "traceback": "Traceback …"}
    assert "é→🚀" in (tmp_path / RECORD_FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_become_text(tmp_path, number):
    write_record(replace(RECORD, config={"a": number, "b": [number]}, phases={"x": number}), tmp_path)

    text = (tmp_path / RECORD_FILE).read_text()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert read_record(tmp_path).config == {"a": str(number), "b": [str(number)]}


def test_a_half_written_record_is_named_as_damaged_wherever_it_was_cut(tmp_path):
    whole = write_record(RECORD, tmp_path).read_bytes()
    shown, kept = tmp_path / RECORD_FILE, made(tmp_path) / RECORD_FILE

    # Beside the task's files a record must begin as ours do.
    cuts = [(shown, length) for length in range(30, len(whole) - 1, 5)]
    cuts += [(kept, length) for length in range(0, len(whole) - 1, 5)]
    for path, length in cuts:
        path.write_bytes(whole[:length])
        with pytest.raises(BadRecord) as caught:
            read_record(tmp_path)
        assert str(caught.value).startswith(f"{path}: damaged (")
        assert str(caught.value).endswith("move it away and run again")


GOOD = {"schema": 1, "study": "s", "trial": 0, "role": "reference", "axis": None, "value": None, "deviation": None}
GOOD |= {"seed": None, "folder": ".", "status": "finished", "overrides": [], "failure": None}


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "damaged"),
        ("null", "schema None, and this version reads schema 1; update oneaxis"),
        ("[]", "schema None"),
        ("3", "schema None"),
        ('"text"', "schema None"),
        ("{}", "schema None"),
        (json.dumps(GOOD | {"schema": 2}), "schema 2, and this version reads schema 1; update oneaxis"),
        (json.dumps(GOOD | {"schema": "1"}), "schema 1"),
        (json.dumps({"schema": 1}), "lacks or misnames a field"),
        (json.dumps({key: value for key, value in GOOD.items() if key != "status"}), "lacks or misnames a field"),
        (json.dumps({key: value for key, value in GOOD.items() if key != "overrides"}), "lacks or misnames a field"),
        (json.dumps(GOOD | {"failure": {"kind": "x"}}), "lacks or misnames a field"),
        (json.dumps(GOOD | {"failure": {"kind": "x", "message": "y", "new": 1}}), "lacks or misnames a field"),
        (json.dumps(GOOD | {"failure": "text"}), "lacks or misnames a field"),
        (json.dumps(GOOD | {"overrides": None}), "lacks or misnames a field"),
        (b"\xff\xfe{}", "damaged"),
        (b"\x00" * 64, "damaged"),
    ],
)
def test_a_record_that_is_none_is_refused_by_name(tmp_path, content, message):
    path = made(tmp_path) / RECORD_FILE
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(BadRecord) as caught:
        read_record(tmp_path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        '{"mine": 1}', "", "half {", "null", "[1]", '{"schema": 1}', '{"schema": "draft", "study": "s"}',
        json.dumps(GOOD | {"folder": "another trial"}),
    ],
)  # fmt: skip
def test_a_file_of_the_tasks_is_no_record_and_stays_when_ours_is_written(tmp_path, content):
    theirs = tmp_path / RECORD_FILE
    theirs.write_text(content)
    assert read_record(tmp_path) is None
    assert not has_record(tmp_path)

    for status in ("failed", "finished"):
        assert write_record(replace(RECORD, status=status), tmp_path) == made(tmp_path) / RECORD_FILE
        assert read_record(tmp_path).status == status
        assert record_file(tmp_path) == made(tmp_path) / RECORD_FILE
    assert theirs.read_text() == content


def test_a_record_of_another_study_is_not_written_over(tmp_path):
    write_record(replace(RECORD, study="earlier"), tmp_path)
    write_record(RECORD, tmp_path)
    assert json.loads((tmp_path / RECORD_FILE).read_text())["study"] == "earlier"
    assert read_record(tmp_path) == RECORD


def test_a_record_without_the_place_of_its_curve_had_it_beside(tmp_path):
    (tmp_path / RECORD_FILE).write_text(json.dumps(GOOD))
    assert read_record(tmp_path).curves == "curves.jsonl"


def test_a_record_may_hold_more_than_this_version_knows(tmp_path):
    (tmp_path / RECORD_FILE).write_text(json.dumps(GOOD | {"later": [1]}))
    assert read_record(tmp_path).status == "finished"


WRITER = """
import sys
from pathlib import Path
from oneaxis.trial.codec import write_json

content = {"schema": 1, "text": "x" * 200_000}
path = Path(sys.argv[1]) / "file.json"
write_json(content, path)
print("first", flush=True)
while True:
    write_json(content, path)
"""


def test_a_writer_that_is_killed_at_any_moment_leaves_a_whole_file(tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "first\n"
    for _ in range(50):
        assert len(read_json(tmp_path / "file.json")["text"]) == 200_000
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()

    assert len(read_json(tmp_path / "file.json")["text"]) == 200_000


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.json"
    write_json({"schema": 1, "old": True}, path)
    endless = {"schema": 1}
    endless["self"] = endless
    with pytest.raises(RecursionError):
        write_json(endless, path)

    assert read_json(path) == {"schema": 1, "old": True}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "value, written",
    [
        ({1: "a", None: 2}, {"1": "a", "None": 2}),
        ((1, [2, (3,)]), [1, [2, [3]]]),
        (signal.Signals.SIGINT, "SIGINT"),
        (True, True),
        (10**30, 10**30),
        ({"a": {1}}, {"a": "{1}"}),
        (b"x", "b'x'"),
        (ABSENT, {"absent": True}),
    ],
)
def test_what_json_lacks_becomes_text(value, written):
    assert jsonable(value) == written
    json.dumps(jsonable(value), allow_nan=False)


def test_an_absent_leaf_keeps_its_meaning():
    assert from_jsonable(jsonable(ABSENT)) is ABSENT
    assert from_jsonable({"absent": False}) == {"absent": False}
    assert from_jsonable(None) is None


@steady
@given(containers)
def test_any_container_can_be_written(value):
    json.dumps(jsonable(value), allow_nan=False)


@with_folder
@given(st.dictionaries(st.text(), st.text()))
def test_any_text_can_be_written_and_read(tmp_path, texts):
    write_json({"schema": 1, "texts": texts}, tmp_path / "file.json")
    assert read_json(tmp_path / "file.json")["texts"] == texts
