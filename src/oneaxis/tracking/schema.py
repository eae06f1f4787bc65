"""Make a new SQLite store once, however many studies start at the same moment."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlflow import MlflowClient

from oneaxis.tracking.store import sqlite_path


def prepare_store(uri: str) -> None:
    """Create the store's tables if it is new, and let readers and a writer share a SQLite file (WAL).

    MLflow creates its tables without a lock: processes that race there break the file for good.
    """
    path = sqlite_path(uri)
    if path is None:
        return
    with _alone(path), _unannounced():
        MlflowClient(tracking_uri=uri).search_experiments(max_results=1)
        with contextlib.closing(sqlite3.connect(path, timeout=20)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


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
