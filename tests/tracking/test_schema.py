"""Making a store's tables."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys

import pytest

from oneaxis.errors import StoreUnreachable
from oneaxis.tracking.schema import prepare_store
from oneaxis.tracking.store import reach

KILLED_AMID = """
import os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from oneaxis.tracking.schema import prepare_store

@event.listens_for(Engine, "before_cursor_execute")
def step(connection, cursor, statement, parameters, context, many):
    if "CREATE TABLE" in statement and "_alembic_tmp_" in statement:
        os._exit(9)

prepare_store(sys.argv[1])
"""


def test_nothing_is_said_of_tables_that_nobody_asked_for(what_making_a_store_said):
    assert not what_making_a_store_said


def test_whoever_is_killed_while_it_makes_a_store_leaves_none_that_is_half_made(new_store):
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", KILLED_AMID, new_store.uri], check=False)
    assert ended.returncode == 9
    reach(new_store.uri)
    prepare_store(new_store.uri)
    assert [found.name for found in new_store.client.search_experiments()] == ["Default"]


def test_a_store_that_another_is_making_is_not_touched(new_store):
    with contextlib.closing(sqlite3.connect(new_store.path)) as connection:
        connection.executescript("CREATE TABLE experiments (name TEXT); CREATE TABLE runs (name TEXT);")
    before = new_store.path.read_bytes()
    with pytest.raises(StoreUnreachable, match="is half made"):
        prepare_store(new_store.uri)
    assert new_store.path.read_bytes() == before
