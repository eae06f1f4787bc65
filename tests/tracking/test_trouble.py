"""What MLflow says of trouble with its server, in a line."""

from __future__ import annotations

import pytest

from oneaxis.errors import StoreUnreachable
from oneaxis.tracking.trouble import in_our_words, told

CALL = "API request to endpoint /api/2.0/mlflow/runs/get"
PAGE = "<!DOCTYPE HTML>\n<html lang=en>\n<title>401</title>\n" + "<p>words</p>\n" * 99
GIVE = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or mend them in the address"


def quoted(status, body):
    return f"{CALL} failed with error code {status} != 200. Response body: '{body}'"


@pytest.mark.parametrize(
    "status, body, said",
    [
        (401, PAGE, f"tracking server answers 401 Unauthorized; {GIVE}"),
        (401, "You are not\nauthenticated.", f"tracking server answers 401 Unauthorized; {GIVE}"),
        (403, "Permission denied", f"tracking server answers 403 Forbidden (Permission denied); {GIVE}"),
    ],
)
def test_a_server_that_turns_us_away_is_told_with_what_to_set(status, body, said):
    with pytest.raises(StoreUnreachable) as caught, in_our_words():
        raise ValueError(quoted(status, body))
    assert told(caught.value) == said


@pytest.mark.parametrize(
    "text, said",
    [
        (quoted(502, PAGE), f"{CALL} failed with error code 502 != 200"),
        (
            quoted(404, "no http://me:secret@host"),
            f"{CALL} failed with error code 404 != 200 (no http://***@host)",
        ),
        ("http://me:secret@host is away\nfor long", "http://***@host is away\nfor long"),
        ("x" * 999, "x" * 500),
    ],
)
def test_other_trouble_passes_without_pages_and_passwords(text, said):
    with pytest.raises(ValueError) as caught, in_our_words():
        raise ValueError(text)
    assert told(caught.value) == f"ValueError: {said}"
