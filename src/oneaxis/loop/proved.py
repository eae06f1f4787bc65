"""Whether an earlier trial would come out the same today: its identity holds, and its data files are as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from oneaxis.planning.refusal import show
from oneaxis.study.reuse import Refuses
from oneaxis.trial.identity import has_data, present, same_data, same_identity
from oneaxis.vocabulary import Change, Record, Study, Trial

NO_DATA = "what data it saw isn't recorded (oneaxis.fingerprint_data in the task; or hydra.sweeper.reuse=force)"


def proving(reuse: bool | Literal["force"], given: Mapping[str, str]) -> Refuses:  # noqa: FBT001 - the setting's own values
    """Why a record can't stand for a trial that would start now; `given` are variables that the launcher sets."""
    now = present(given)
    seen: dict[tuple[tuple[str, str], ...], str] = {}

    def refuses(record: Record, trial: Trial) -> str:
        # Trials of one study loaded the same files: looked at once.
        key = (*sorted(record.code.items()), ("", repr(record.environment)))
        if key not in seen:
            seen[key] = _told(same_identity(record, trial, now))
        if seen[key]:
            return seen[key]
        if not has_data(record):
            return "" if reuse == "force" else NO_DATA
        return _told(same_data(record, now.root))

    return refuses


def drift(study: Study, records: Mapping[int, Record], given: Mapping[str, str]) -> tuple[str, ...]:
    """What a study's finished trials ran with and those to come wouldn't, of the layers that gate its comparisons."""
    now = present(given)
    trials = {trial.index: trial for trial in study.plan.trials}
    found: dict[str, None] = {}
    seen: set[str] = set()
    for index, record in records.items():
        key = f"{sorted(record.code.items())} {record.environment}"
        if record.status != "finished" or not record.code or key in seen:
            continue
        seen.add(key)
        for change in same_identity(record, trials[index], now):
            if change.path[0] in study.policy.gates:
                found[show(change)] = None
    return tuple(found)


def _told(changes: tuple[Change, ...]) -> str:
    if not changes:
        return ""
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{show(changes[0])}{more}"
