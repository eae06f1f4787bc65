"""Make a new SQLite store once and whole, however many studies start at the same moment and whatever ends them."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlflow import MlflowClient

from oneaxis.tracking.store import StoreState, read_state, sqlite_path

PATIENCE = 20.0  # seconds that another process may hold the file


def prepare_store(uri: str) -> None:
    """Create the store if it is new, and let readers and a writer share a SQLite file (WAL).

    MLflow creates its tables without a lock, in steps: processes that race there, or one that is killed, break the
    file for good. So they are made in a file elsewhere, and the store gets them in one step.

    Raises
    ------
    StoreUnreachable
        If the store is half made.
    """
    path = sqlite_path(uri)
    if path is None:
        return
    with _alone(path), _unannounced():
        if not path.exists() or _state(path).new:
            _make(path)
        _state(path).refuse_half_made(uri)  # `mlflow ui` and other machines take no lock of ours
        MlflowClient(tracking_uri=uri).search_experiments(max_results=1)
        with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def _state(path: Path) -> StoreState:
    with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
        return read_state(connection)


def _make(path: Path) -> None:
    """Fill an empty file with the tables that MLflow makes: SQLite copies them in one transaction, all or none."""
    with tempfile.TemporaryDirectory(prefix="oneaxis-", ignore_cleanup_errors=True) as scratch:
        made = Path(scratch) / path.name
        MlflowClient(tracking_uri=f"sqlite:///{made}").search_experiments(max_results=1)
        with (
            contextlib.closing(sqlite3.connect(made)) as source,
            contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as target,
        ):
            if read_state(target).new:  # still
                source.backup(target)


@contextlib.contextmanager
def _unannounced() -> Iterator[None]:
    """Within this block MLflow doesn't say that it makes tables: nobody asked, and it looks like trouble."""
    logger = logging.getLogger("mlflow.store.db.utils")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that every study on this machine shares for this file."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"oneaxis-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
