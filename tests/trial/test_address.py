"""A store's user and password reach jobs by the environment alone, and a server's never as part of an address."""

from __future__ import annotations

import os

import pytest

from oneaxis.trial.address import VARIABLE, handed_to_jobs, same_store, variables, whole

REAL, SHOWN = "http://ada:p%40w@host:5000/team", "http://***@host:5000/team"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch):
    for name in (VARIABLE, "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("before", [None, "of a study around this one"])
def test_jobs_find_the_address_while_they_are_started_and_nobody_does_afterwards(monkeypatch, before):
    if before is not None:
        monkeypatch.setenv(VARIABLE, before)
    with handed_to_jobs(REAL):
        assert whole(SHOWN) == REAL
    assert os.environ.get(VARIABLE) == before
    with pytest.raises(ZeroDivisionError), handed_to_jobs(REAL):
        raise ZeroDivisionError
    assert os.environ.get(VARIABLE) == before


@pytest.mark.parametrize("uri", [None, "offline", "http://host:5000", "sqlite:////a@b/c.db", "postgresql://host/db"])
def test_an_address_without_user_and_password_is_no_secret_and_stands_in_the_folder(uri):
    with handed_to_jobs(uri):
        assert VARIABLE not in os.environ
    assert uri is None or whole(uri) == uri


def test_mlflows_own_variable_serves_where_it_means_the_same_store(monkeypatch):
    assert whole(SHOWN) is None
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ada:p%40w@another:5000/team")
    assert whole(SHOWN) is None
    monkeypatch.setenv("MLFLOW_TRACKING_URI", REAL)
    assert whole(SHOWN) == REAL


@pytest.mark.parametrize(
    "uri, given",
    [
        (REAL, {"URI": "http://host:5000/team", "USERNAME": "ada", "PASSWORD": "p@w"}),
        ("http://host", {"URI": "http://host"}),
        ("postgresql://ada:pw@host/db", {"URI": "postgresql://ada:pw@host/db"}),  # no variable of MLflow's serves it
    ],
)
def test_a_servers_user_and_password_are_no_part_of_its_address(uri, given):
    assert variables(uri) == {f"MLFLOW_TRACKING_{name}": value for name, value in given.items()}


@pytest.mark.parametrize(
    "one, other, same",
    [
        (REAL, "http://host:5000/team/", True),
        (REAL, "http://host:5001/team", False),
        ("sqlite:///x.db", "sqlite:///{here}/x.db", True),
        ("sqlite:///x.db?timeout=5", "sqlite:///{here}/sub/../x.db", True),
        ("sqlite:///x.db", "sqlite:///{here}/y.db", False),
        ("sqlite:///x.db", "http://x.db", False),
    ],
)
def test_stores_are_told_apart_by_where_they_are(tmp_path, monkeypatch, one, other, same):
    monkeypatch.chdir(tmp_path)
    assert same_store(one, other.format(here=tmp_path)) == same


@pytest.mark.parametrize(
    "given, shown",
    [
        ("postgresql://ada:se@cret@host/db", "postgresql://***@host/db"),
        ("postgresql://host/db?user=ada&password=secret", "postgresql://host/db?user=ada&password=***"),
    ],
)
def test_a_database_is_found_wherever_its_password_stands(given, shown):
    assert whole(shown) is None
    with handed_to_jobs(given):
        assert whole(shown) == given
