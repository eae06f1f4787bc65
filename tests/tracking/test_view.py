"""A saved view: for which MLflow it is written, and what it holds."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from tests.report import examples

from oneaxis.tracking.view import fits, packed, state


@pytest.mark.parametrize(
    "version, known",
    [("3.15.0", True), ("3.17.2", True), ("3.14.9", False), ("3.18.0", False), ("4.0.0", False), ("dev", False)],
)
def test_a_view_is_written_only_for_a_format_that_was_seen(version, known):
    assert fits(version) is known


def test_a_view_filters_to_the_study_and_sorts_by_difference():
    text = packed(state("0123", examples.all_verdicts()))
    assert text.startswith("deflate;")
    read = json.loads(zlib.decompress(base64.b64decode(text.removeprefix("deflate;"))))
    assert read["searchFilter"] == "tags.`mlflow.parentRunId` = '0123'"
    assert read["orderByKey"] == "metrics.`oneaxis.delta.val/accuracy`"
    assert read["orderByAsc"] is False
    assert "tags.`oneaxis.verdict`" in read["selectedColumns"]
