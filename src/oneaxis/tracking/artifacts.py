"""Where MLflow has an experiment's artifacts. It keeps that place whole, so it stays when a project is moved."""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from oneaxis.tracking.store import sqlite_path

OWN = "mlruns"  # MLflow's own choice, below the folder that a process ran in


def gone(location: str) -> Path | None:
    """The folder that an experiment's artifacts were below, if it was MLflow's own choice and isn't there any more.

    MLflow would make it anew.
    """
    parts = urlsplit(location)
    path = Path(unquote(parts.path))
    below = path.parent.parent
    return below if parts.scheme in ("", "file") and path.parent.name == OWN and not below.is_dir() else None


def lost(place: Path | None, uri: str, experiment: str) -> str:
    """What the user should know of artifacts that aren't written, since `place` is gone; empty where nothing is."""
    store = sqlite_path(uri)
    if place is None or store is None:
        return ""
    line = shlex.join(["ln", "-s", str(store.parent), str(place)])
    return (
        f"no artifacts are in MLflow: it has those of experiment {experiment} below {place}, "
        f"which is gone; all are in the study's folder. To have them there: {line}, then oneaxis sync"
    )
