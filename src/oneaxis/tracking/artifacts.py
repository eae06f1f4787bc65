"""Where MLflow has an experiment's artifacts. It keeps that place whole, so it stays when a project is moved."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

OWN = "mlruns"  # MLflow's own choice, below the folder that a process ran in


def gone(location: str) -> Path | None:
    """The folder that an experiment's artifacts were below, if it was MLflow's own choice and isn't there any more.

    MLflow would make it anew.
    """
    parts = urlsplit(location)
    path = Path(unquote(parts.path))
    below = path.parent.parent
    return below if parts.scheme in ("", "file") and path.parent.name == OWN and not below.is_dir() else None
