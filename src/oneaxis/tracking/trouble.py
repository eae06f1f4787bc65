"""What MLflow says of trouble with its server, in a line. Nothing here imports mlflow."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from http import HTTPStatus

from oneaxis.errors import OneAxisError, StoreUnreachable
from oneaxis.masking import masked_addresses, masked_text, secrets_in

LONGEST = 500
QUOTED = ". Response body: '"
_ANSWER = re.compile(rf"failed with error code (\d{{3}}) .*?{re.escape(QUOTED)}(.*)'", re.DOTALL)
_TURNED_AWAY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@contextlib.contextmanager
def in_our_words() -> Iterator[None]:
    """A server that turns us away says so with a page of HTML, which MLflow quotes whole.

    Raises
    ------
    StoreUnreachable
        If that happens within the block; other errors pass through.
    """
    try:
        yield
    except Exception as error:
        found = _ANSWER.search(str(error))
        if found is None or int(found[1]) not in _TURNED_AWAY:
            raise
        status = HTTPStatus(int(found[1]))
        raise StoreUnreachable(
            f"tracking server answers {status.value} {status.phrase}{_own_words(found[2])}; set "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or mend them in the address"
        ) from error


def told(error: Exception) -> str:
    """An error for the terminal and the log, without a password in it and without a server's pages."""
    text = masked_text(str(error), secrets_in({}, os.environ))
    found = _ANSWER.search(text)
    if found is not None:
        text = text[: found.start(2)].removesuffix(QUOTED) + _own_words(found[2])
    return text if isinstance(error, OneAxisError) else f"{type(error).__name__}: {text:.{LONGEST}}"


def _own_words(body: str) -> str:
    """What a server says beside its number, where it is a line."""
    body = body.strip()
    one_line = body and not body.startswith("<") and "\n" not in body and len(body) < LONGEST
    return f" ({masked_addresses(body)})" if one_line else ""
