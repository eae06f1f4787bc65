"""A promotion as an entry of the lineage: the change, its evidence, and what stood there before."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oneaxis.loop.choosing import Choice
from oneaxis.loop.conf_edit import ConfEdit
from oneaxis.loop.confirming import Confirmed
from oneaxis.loop.reference import Reference
from oneaxis.masking import marked_values
from oneaxis.planning.remarks import value_at
from oneaxis.trial.guard import now
from oneaxis.vocabulary import ABSENT, split_key


def lineage_entry(
    choices: Sequence[Choice],
    confirmed: Confirmed,
    reference: Reference,
    edit: ConfEdit,
    *,
    seeds: Sequence[int],
    forced: str | None,
) -> dict[str, Any]:
    """What `conf/lineage.yaml` keeps of a promotion."""
    metric = confirmed.comparison.metric or ""
    effect = confirmed.row.deltas.get(metric)
    values = {
        name: row.metrics[metric].mean
        for name, row in (("reference", confirmed.comparison.reference), ("promoted", confirmed.row))
        if row is not None and metric in row.metrics
    }
    gap = None if confirmed.gap is None else confirmed.gap.gap
    return {
        "config": reference.planned.config_name,
        "parent": reference.digest,
        "child": confirmed.digest,
        "change": [choice.shown for choice in choices],
        "before": {choice.key: _kept(choice, edit) for choice in choices},
        "metric": metric,
        "direction": confirmed.comparison.direction,
        "verdict": confirmed.row.verdict,
        "effect": _interval(effect),
        "values": values,
        "gap": _interval(gap) or None,
        "seeds": list(seeds),
        "study": " ".join(folder.name for folder in confirmed.studies),
        "chosen_by": {
            choice.name: {
                "study": choice.past.folder.name,
                "verdict": choice.row.verdict,
                **_interval(choice.row.deltas.get(metric)),
            }
            for choice in choices
            if choice.past is not None and choice.row is not None
        }
        or None,
        "forced": forced,
        "time": now(),
        "commit": _commit(reference.app.cwd),
    }


def _interval(estimate: Any) -> dict[str, Any]:
    if estimate is None:
        return {}
    return {name: getattr(estimate, name) for name in ("mean", "low", "high", "confidence", "n")}


def value_before(choice: Choice, edit: ConfEdit) -> Any:
    """The value that the reference had, as a lineage names it."""
    if choice.key in edit.before.choices:
        return edit.before.choices[choice.key] or "null"
    found = value_at(edit.before.config, split_key(choice.key))
    return "(absent)" if found is ABSENT else found if found is not None else "null"


def _kept(choice: Choice, edit: ConfEdit) -> Any:
    value = value_before(choice, edit)
    return value if choice.key in edit.before.choices else marked_values(value, split_key(choice.key))


def _commit(folder: Path) -> str | None:
    """The code's commit, with `+` where files differ from it."""
    try:
        head, state = (
            subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True).stdout  # noqa: S603, S607
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain"])
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.decode().strip() + ("+" if state.strip() else "")
