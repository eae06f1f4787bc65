"""Which tracking store a study uses, and whether it can be reached, without importing mlflow."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from oneaxis.errors import BadOverride, StoreUnreachable
from oneaxis.tracking.store import ADVICE, _schema_heads, choose_store, moved, reach, sqlite_path
from oneaxis.vocabulary import Tracking

HERE = Path("/project")


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_ALLOW_FILE_STORE"):
        monkeypatch.delenv(name, raising=False)


# -- which store -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "setting, environment, uri",
    [
        ("auto", None, "sqlite:////project/mlflow.db"),
        ("auto", "", "sqlite:////project/mlflow.db"),
        ("auto", "http://server:5000", "http://server:5000"),
        ("auto", "sqlite:///other.db", "sqlite:////project/other.db"),
        ("sqlite:///mine.db", "http://server:5000", "sqlite:////project/mine.db"),
        ("sqlite:////absolute/mine.db", None, "sqlite:////absolute/mine.db"),
        ("sqlite:///mine.db?timeout=60", None, "sqlite:////project/mine.db?timeout=60"),
        ("mlruns", None, "file:///project/mlruns"),
        ("/absolute/mlruns", None, "file:///absolute/mlruns"),
        ("file:///absolute/mlruns", None, "file:///absolute/mlruns"),
        ("https://server/path", None, "https://server/path"),
        ("postgresql://user:secret@host/db", None, "postgresql://user:secret@host/db"),
        ("offline", "http://server:5000", "offline"),
        (None, "http://server:5000", None),
    ],
)
def test_a_setting_means_one_store_whatever_folder_a_job_runs_in(monkeypatch, setting, environment, uri):
    if environment is not None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", environment)

    found = choose_store(setting, None, "train", HERE)
    assert found == Tracking(uri, "train")
    assert found.live == (uri not in (None, "offline"))


@pytest.mark.parametrize(
    "experiment, environment, name",
    [
        (None, None, "train"),
        ("mine", None, "mine"),
        (None, "of the environment", "of the environment"),
        ("mine", "x", "mine"),
    ],
)
def test_the_experiment_is_the_settings_the_environments_or_the_apps(monkeypatch, experiment, environment, name):
    if environment:
        monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", environment)

    for setting in ("auto", "offline", None):
        assert choose_store(setting, experiment, "train", HERE).experiment == name


@pytest.mark.parametrize("setting", [True, 5, ["a"], {}])
def test_a_setting_that_is_no_store_is_refused(setting):
    with pytest.raises(BadOverride, match=r"hydra\.sweeper\.tracking is .*; give a URI, auto, offline or null"):
        choose_store(setting, None, "train", HERE)


@pytest.mark.parametrize(
    "uri, path",
    [
        ("sqlite:////a/b.db", Path("/a/b.db")),
        ("sqlite:///b.db", Path("b.db")),
        ("sqlite:////a/b.db?mode=ro", Path("/a/b.db")),
        ("sqlite://", None),
        ("http://a/b.db", None),
        ("", None),
    ],
)
def test_the_file_behind_a_sqlite_uri(uri, path):
    assert sqlite_path(uri) == path


@pytest.mark.parametrize(
    "uri", ["http://u:p℀ssed@host", "postgresql://u:passed/x@host:nonsense/db", "http://u:passed@[::1"]
)
def test_no_part_of_a_password_is_shown_where_an_address_is_none(uri):
    assert choose_store(uri, None, "train", HERE).uri == uri
    message = refused(uri)
    assert "can't be reached" in message
    assert "ssed" not in message


def test_a_store_moves_with_the_project_that_it_lies_in(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    for uri in (f"sqlite:///{tmp_path}/mlflow.db", "http://server:5000", "postgresql://host/db"):
        assert moved(uri, before, after) == uri
    assert moved(f"sqlite:///{before}/a/mlflow.db?timeout=60", before, after) == (
        f"sqlite:///{after}/a/mlflow.db?timeout=60"
    )
    before.mkdir()
    (before / "mlflow.db").touch()
    assert moved(f"sqlite:///{before}/mlflow.db", before, after) == f"sqlite:///{before}/mlflow.db", "it is still there"


# -- SQLite ----------------------------------------------------------------------------------------


def database(path, version=None):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        if version:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("INSERT INTO alembic_version VALUES (?)", [version])
        connection.commit()
    return f"sqlite:///{path}"


def refused(uri):
    with pytest.raises(StoreUnreachable) as caught:
        reach(uri)
    return str(caught.value)


def test_a_store_that_does_not_exist_yet_can_be_made(tmp_path):
    reach(f"sqlite:///{tmp_path}/mlflow.db")
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"


def test_the_schema_of_the_installed_mlflow_is_read_without_importing_it():
    code = (
        "import sys; from oneaxis.tracking.store import _schema_heads\n"
        "heads = _schema_heads(); print(len(heads), 'mlflow' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "1 False\n"


def test_a_store_of_this_mlflow_can_be_reached(tmp_path):
    reach(database(tmp_path / "mlflow.db", *_schema_heads()))


def test_an_empty_file_can_become_a_store(tmp_path):
    (tmp_path / "mlflow.db").touch()
    reach(f"sqlite:///{tmp_path}/mlflow.db")


def test_a_store_of_another_mlflow_is_refused_with_the_command_that_migrates_it(tmp_path):
    uri = database(tmp_path / "mlflow.db", "0123456789ab")
    message = refused(uri)

    assert f"tracking store {uri} has another MLflow's schema (0123456789ab; this MLflow wants " in message
    assert f"run `mlflow db upgrade {uri}` after a backup, or {ADVICE}" in message


@pytest.mark.parametrize("more", ["", "CREATE TABLE alembic_version (version_num TEXT);"])
def test_a_store_that_is_half_made_is_refused_with_the_command_that_moves_it_away(tmp_path, more):
    path = tmp_path / "my mlflow.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"CREATE TABLE experiments (name TEXT); CREATE TABLE runs (name TEXT); {more}")
    message = refused(f"sqlite:///{path}")

    assert f"tracking store sqlite:///{path} is half made: what made it was ended, or is still at it" in message
    assert f"`mv '{path}' '{path}'.broken`, and type this again, or {ADVICE}" in message


def test_a_store_of_before_there_were_versions_is_mlflows_own_business(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        connection.executescript(
            "CREATE TABLE experiments (name TEXT); CREATE TABLE runs (name TEXT); INSERT INTO runs VALUES ('mine');"
        )
    reach(f"sqlite:///{tmp_path}/mlflow.db")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "mlflow.db").write_text("this is a text file, and a rather long one at that, of over 100 bytes. " * 3)
    message = refused(f"sqlite:///{tmp_path}/mlflow.db")

    assert "is no readable SQLite database" in message
    assert message.endswith(ADVICE)


@pytest.mark.parametrize("below", ["nowhere/mlflow.db", "file/mlflow.db"])
def test_a_folder_that_cannot_hold_a_store_is_refused(tmp_path, below):
    (tmp_path / "file").touch()
    message = refused(f"sqlite:///{tmp_path / below}")

    assert f"the folder {(tmp_path / below).parent} can't be written; {ADVICE}" in message


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_store_that_may_not_be_written_is_refused(tmp_path):
    uri = database(tmp_path / "mlflow.db")
    (tmp_path / "mlflow.db").chmod(0o400)
    assert "the file can't be written" in refused(uri)


def test_a_folder_in_the_stores_place_is_refused(tmp_path):
    (tmp_path / "mlflow.db").mkdir()
    assert "is no readable SQLite database" in refused(f"sqlite:///{tmp_path}/mlflow.db")


# -- servers ---------------------------------------------------------------------------------------


@pytest.fixture
def server():
    """A server on this machine that answers each path with the status that the path names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status = self.path.split("/")[1]
            self.send_response(int(status) if status.isdecimal() else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    asked = []
    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        http.asked = asked
        http.uri = f"http://127.0.0.1:{http.server_port}"
        yield http
        http.shutdown()


def test_a_server_that_answers_can_be_reached(server):
    reach(server.uri)
    reach(f"{server.uri}/")

    assert server.asked == ["/health", "/health"]


def test_a_server_whose_address_holds_credentials_can_be_reached(server):
    reach(server.uri.replace("//", "//user:secret@"))
    assert server.asked == ["/health"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_wants_credentials_or_has_no_health_page_can_be_reached(server, status):
    reach(f"{server.uri}/{status}")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_in_trouble_is_refused_with_its_answer(server, status):
    message = refused(f"{server.uri}/{status}")
    assert f"tracking server {server.uri}/{status} answers {status} " in message
    assert message.endswith(ADVICE)


@pytest.fixture
def closed_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_server_that_is_gone_is_refused_without_its_password(closed_port):
    message = refused(f"http://user:secret@127.0.0.1:{closed_port}")

    assert f"tracking server http://***@127.0.0.1:{closed_port} can't be reached (" in message
    assert "secret" not in message


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:nonsense", "http://", "http://[::1", "http://a b/", "http://u:secret@[::1"]
)
def test_an_address_that_is_none_is_refused(uri):
    message = refused(uri)
    assert "can't be reached" in message
    assert "secret" not in message


def test_a_server_that_speaks_something_else_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            connection, _ = listening.accept()
            connection.recv(1000)
            connection.sendall(b"220 mail.example.org ESMTP\r\n")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        assert "can't be reached" in refused(f"http://127.0.0.1:{listening.getsockname()[1]}")


@pytest.mark.parametrize("kind", ["postgresql", "postgresql+psycopg2", "mysql+pymysql", "mssql"])
def test_a_database_server_is_asked_for_a_connection_only(kind, closed_port):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        reach(f"{kind}://user:secret@127.0.0.1:{listening.getsockname()[1]}/db")

    message = refused(f"{kind}://user:secret@127.0.0.1:{closed_port}/db")
    assert f"tracking database {kind}://***@127.0.0.1:{closed_port}/db can't be reached (" in message


def test_a_database_with_a_port_that_is_none_is_refused():
    assert "can't be reached" in refused("postgresql://user:secret@host:nonsense/db")


# -- folders and others ----------------------------------------------------------------------------


def test_a_folder_is_taken_only_where_mlflow_takes_one(tmp_path, monkeypatch):
    uri = (tmp_path / "mlruns").as_uri()

    assert "MLFLOW_ALLOW_FILE_STORE=true" in refused(uri)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    reach(uri)
    assert "can't be written" in refused((tmp_path / "nowhere" / "mlruns").as_uri())


def test_a_store_of_a_kind_unknown_here_is_left_to_mlflow():
    reach("databricks://profile")
