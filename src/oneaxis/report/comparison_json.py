"""`comparison.json`: what a comparison says, for other programs."""

from __future__ import annotations

import dataclasses
from typing import Any

from oneaxis.analysis.result import Comparison
from oneaxis.vocabulary import Study

SCHEMA = 1


def to_json(comparison: Comparison, study: Study) -> dict[str, Any]:
    """The comparison's own fields, and the study that it is of; trials without a result by number and status."""
    fields = dataclasses.asdict(dataclasses.replace(comparison, unusable=()))
    unusable = [
        {"trial": trial.index, "status": record.status if record else "missing"}
        for trial, record in comparison.unusable
    ]
    return {
        "schema": SCHEMA,
        "study": {"id": study.id, "name": study.name, "created": study.created},
        **fields,
        "unusable": unusable,
    }
