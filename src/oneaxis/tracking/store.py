"""Which tracking store a study uses, and whether it can be reached, without importing mlflow."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import re
import shlex
import socket
import sqlite3
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from oneaxis.errors import BadOverride, StoreUnreachable
from oneaxis.masking import masked_addresses, without_user
from oneaxis.vocabulary import OFFLINE, Tracking

AUTO = "auto"
TIMEOUT = 5.0  # seconds that a server may take to answer
DEFAULT_FILE = "mlflow.db"
ADVICE = "mend it, choose another (hydra.sweeper.tracking=URI), or record on disk only: hydra.sweeper.tracking=offline"


def choose_store(setting: Any, experiment: str | None, job_name: str, cwd: Path) -> Tracking:
    """The store that a setting means: a URI, `auto` (MLflow's own default), `offline` or null.

    Raises
    ------
    BadOverride
        If it is none of these.
    """
    name = experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME") or job_name
    if setting is None:
        return Tracking(None, name)
    if not isinstance(setting, str):
        raise BadOverride(f"hydra.sweeper.tracking is {setting!r}; give a URI, auto, offline or null")
    if setting == OFFLINE:
        return Tracking(OFFLINE, name)
    uri = (os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{DEFAULT_FILE}") if setting == AUTO else setting
    return Tracking(_absolute(uri, cwd), name)


def reach(uri: str) -> None:
    """Make sure, the cheap way, that a store can be reached and is of this MLflow's version.

    Raises
    ------
    StoreUnreachable
        With the reason and what to type.
    """
    try:
        scheme = urlsplit(without_user(uri)).scheme  # what Python says of a password in trouble would be shown
        if scheme == "sqlite":
            _reach_sqlite(uri)
        elif scheme in ("http", "https"):
            _reach_server(uri)
        elif scheme.startswith(("postgresql", "mysql", "mssql")):
            _reach_database(uri)
        elif scheme in ("", "file"):
            _reach_files(uri)
    except (ValueError, http.client.HTTPException) as error:  # no address, or something else speaks there
        raise StoreUnreachable(
            f"tracking store {masked_addresses(uri)} can't be reached ({error}); {ADVICE}"
        ) from error


def sqlite_path(uri: str) -> Path | None:
    """The file behind a `sqlite:///` URI; None for any other."""
    if not uri.startswith("sqlite:///"):
        return None
    return Path(uri.removeprefix("sqlite:///").partition("?")[0])


def moved(uri: str, before: Path, after: Path) -> str:
    """A store's URI after the folder `before`, which it lay below, has become `after`; as it is where it is no file."""
    path = sqlite_path(uri)
    if path is None or before == after or path.exists() or not path.is_relative_to(before):
        return uri
    return uri.replace(str(path), str(after / path.relative_to(before)), 1)


def _absolute(uri: str, cwd: Path) -> str:
    """Jobs may run in other folders, so a relative path is made absolute."""
    path = sqlite_path(uri)
    if path is not None:
        return f"sqlite:///{cwd / path}{uri[uri.index('?') :] if '?' in uri else ''}"
    if not re.match(r"[a-zA-Z][\w+.\-]*:", uri):  # a broken address is refused later, masked
        return (cwd / uri).as_uri()
    return uri


def _reach_sqlite(uri: str) -> None:
    path = sqlite_path(uri)
    if path is None:
        return
    if not path.exists():
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise StoreUnreachable(f"tracking store {uri}: the folder {path.parent} can't be written; {ADVICE}")
        return
    if not os.access(path, os.W_OK):
        raise StoreUnreachable(f"tracking store {uri}: the file can't be written; {ADVICE}")
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=TIMEOUT)) as connection:
            state = read_state(connection)
    except sqlite3.Error as error:
        raise StoreUnreachable(f"tracking store {uri} is no readable SQLite database ({error}); {ADVICE}") from error
    state.refuse_half_made(uri)
    heads = _schema_heads()
    if state.versions and heads and not state.versions & heads:
        raise StoreUnreachable(
            f"tracking store {uri} has another MLflow's schema ({', '.join(state.versions)}; this MLflow wants "
            f"{', '.join(heads)}); run `mlflow db upgrade {uri}` after a backup, or {ADVICE}"
        )


@dataclass(frozen=True)
class StoreState:
    """What a SQLite file holds: whether it is `new` (no table yet), its schema's `versions`, whether it is whole."""

    new: bool
    versions: frozenset[str]
    half_made: bool

    def refuse_half_made(self, uri: str) -> None:
        """Refuse a store whose making was broken off: MLflow can't go on with it, and only makes it worse.

        Raises
        ------
        StoreUnreachable
            With the command that moves it away.
        """
        if self.half_made:
            path = shlex.quote(str(sqlite_path(uri)))
            raise StoreUnreachable(
                f"tracking store {uri} is half made: what made it was ended, or is still at it; no run is in it, so "
                f"wait or move it away, `mv {path} {path}.broken`, and type this again, or {ADVICE}"
            )


def read_state(connection: sqlite3.Connection) -> StoreState:
    """Look into a SQLite file."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    versions: frozenset[str] = frozenset()
    if "alembic_version" in tables:
        versions = frozenset(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))
    # MLflow makes its first tables, then writes down a version with each step. Stores from before it had versions are
    # full of runs, and MLflow's own business.
    begun = not versions and {"experiments", "runs"} <= tables
    half_made = begun and connection.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is None
    return StoreState(not tables, versions, half_made)


def _schema_heads() -> set[str]:
    """The newest schema revision of the installed MLflow, read from its migration scripts."""
    spec = importlib.util.find_spec("mlflow")
    if spec is None or not spec.submodule_search_locations:
        return set()
    folder = Path(spec.submodule_search_locations[0]) / "store" / "db_migrations" / "versions"
    revisions: set[str] = set()
    parents: set[str] = set()
    for script in folder.glob("*.py"):
        text = script.read_text(encoding="utf-8")
        revisions.update(re.findall(r"^revision\s*=\s*[\"'](\w+)[\"']", text, re.MULTILINE))
        parents.update(re.findall(r"^down_revision\s*=\s*[\"'](\w+)[\"']", text, re.MULTILINE))
    return revisions - parents


def _reach_server(uri: str) -> None:
    bare = without_user(uri).rstrip("/")  # urllib would look up `user:password@host` as a host
    try:
        with urllib.request.urlopen(f"{bare}/health", timeout=TIMEOUT):  # noqa: S310 - http(s) only
            return
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403, 404):  # it answers: it may want credentials, or have no health page
            return
        raise StoreUnreachable(
            f"tracking server {masked_addresses(uri)} answers {error.code} {error.reason}; {ADVICE}"
        ) from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise StoreUnreachable(
            f"tracking server {masked_addresses(uri)} can't be reached ({reason}); {ADVICE}"
        ) from error


def _reach_database(uri: str) -> None:
    parts = urlsplit(without_user(uri))
    ports = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
    host, port = parts.hostname or "localhost", parts.port or ports[parts.scheme.partition("+")[0]]
    try:
        socket.create_connection((host, port), timeout=TIMEOUT).close()
    except OSError as error:
        raise StoreUnreachable(
            f"tracking database {masked_addresses(uri)} can't be reached ({error}); {ADVICE}"
        ) from error


def _reach_files(uri: str) -> None:
    if os.environ.get("MLFLOW_ALLOW_FILE_STORE", "").lower() not in ("1", "true"):
        raise StoreUnreachable(
            f"tracking store {uri} is a folder, which MLflow only takes with MLFLOW_ALLOW_FILE_STORE=true; "
            f"use a database, hydra.sweeper.tracking=sqlite:///{DEFAULT_FILE}"
        )
    path = Path(urlsplit(uri).path)
    place = path if path.exists() else path.parent
    if not os.access(place, os.W_OK):
        raise StoreUnreachable(f"tracking store {uri}: {place} can't be written; {ADVICE}")
