"""Making a store's tables."""

from __future__ import annotations


def test_nothing_is_said_of_tables_that_nobody_asked_for(what_making_a_store_said):
    assert not what_making_a_store_said
