"""What a study's mirror has written, as its folder says. Nothing here imports mlflow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from oneaxis.tracking.handle import Mirrored
from oneaxis.tracking.store import masked
from oneaxis.trial.handover import ANSWER_FILE
from oneaxis.vocabulary import Record


def mark_of(records: Mapping[int, Record]) -> str:
    """A digest of which records there are: another one makes another mark."""
    text = json.dumps([[index, records[index].started, records[index].ended] for index in sorted(records)])
    return hashlib.sha256(text.encode()).hexdigest()


def already_written(root: Path, uri: str, records: Mapping[int, Record]) -> Mirrored | None:
    """The mirror's answer, where all these records are in this store; None where anything may lack."""
    try:
        answer = json.loads((root / ANSWER_FILE).read_text(encoding="utf-8"))
        if answer["uri"] != masked(uri) or answer.get("written") != mark_of(records):
            return None
        return Mirrored(
            experiment=str(answer["experiment"]),
            parent=str(answer["run"]),
            written=len(records),
            lacking=(),
            error=None,
            view=answer.get("view"),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
