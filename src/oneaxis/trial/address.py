"""A tracking store's address with its user and password: handed to jobs by the environment, and by nothing else.

What a study leaves on disk has `***` in their place.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from oneaxis.masking import MASK, masked_addresses, without_user

VARIABLE = "ONEAXIS_TRACKING_URI"
_SQLITE = "sqlite:///"


@contextlib.contextmanager
def handed_to_jobs(uri: str | None) -> Iterator[None]:
    """Within this block, jobs that this process starts find the address, where it holds a user or password."""
    if uri is None or masked_addresses(uri) == uri:
        yield
        return
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = uri
    try:
        yield
    finally:
        os.environ.pop(VARIABLE, None)
        if before is not None:
            os.environ[VARIABLE] = before


def whole(shown: str) -> str | None:
    """The address behind one that may be masked; None where this process wasn't given it."""
    if MASK not in shown:
        return shown
    given = (os.environ.get(name, "") for name in (VARIABLE, "MLFLOW_TRACKING_URI"))
    return next((uri for uri in given if MASK not in uri and masked_addresses(uri) == shown), None)


def variables(uri: str) -> Mapping[str, str]:
    """MLflow's own variables for an address. A server's password is apart: MLflow prints the address of each run."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https") and parts.username and parts.password:
        return {
            "MLFLOW_TRACKING_URI": without_user(uri),
            "MLFLOW_TRACKING_USERNAME": unquote(parts.username),
            "MLFLOW_TRACKING_PASSWORD": unquote(parts.password),
        }
    return {"MLFLOW_TRACKING_URI": uri}


def same_store(one: str, other: str) -> bool:
    """Whether two addresses mean one store to this process, whoever asks and from whichever folder a path counts."""
    return _place(one) == _place(other)


def _place(uri: str) -> str:
    if uri.startswith(_SQLITE):
        return str(Path(uri.removeprefix(_SQLITE).partition("?")[0]).resolve())
    return without_user(uri).rstrip("/")
