"""What `oneaxis status` prints: a heading and a text for each line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from oneaxis.analysis.claims import claims_health
from oneaxis.loop.status import State


def status_lines(state: State) -> Iterator[tuple[str, str]]:
    """Heading and text of each line."""
    if state.caution:
        yield "app", state.caution
    chosen = " ".join(f"{group}={option}" for group, option in state.choices.items() if group != "axes" and option)
    age = f"first run {_ago(state.first_run, state.now)}" if state.first_run else "never run as it is"
    yield "reference", f"{state.name}: {chosen}" if chosen else state.name
    yield "", f"{age}; digest {state.digest[:12]}"
    yield "data", _data_line(state)
    yield "floor", _floor_line(state)
    yield "claims", _claims_line(state)
    if state.unplanned is not None:
        yield "axes", f"its own study can't be planned: {state.unplanned.removeprefix('oneaxis: ')}"
    yield "studies", _studies_line(state)
    yield "findings", state.findings


def _claims_line(state: State) -> str:
    if state.unread_claims is not None:
        return state.unread_claims
    health = claims_health(state.claims, state.reproduce)
    return "none are written down" if health is None else health.text.removeprefix("claims: ")


def _data_line(state: State) -> str:
    looked = state.data
    if looked is None:
        return "not looked at yet"
    found = (
        f"{_counted(looked.problems, 'problem')}, {_counted(looked.notices, 'notice')}"
        if looked.problems + looked.notices
        else "no finding"
    )
    changed = f"; changed since: {', '.join(looked.changed)}" if looked.changed else ""
    return f"looked at {_ago(looked.created, state.now)}: {found}{changed} ({looked.folder})"


def _floor_line(state: State) -> str:
    if not state.floor:
        return "no ladder is written down (conf/axes/ladder.yaml: simplest models first)"
    rungs = [f"{name} {_shown(value)}" for name, value in state.floor]
    metric = f" ({state.metric})" if state.metric else ""
    return f"{', '.join(rungs)}; the reference {_shown(state.reference)}{metric}"


def _studies_line(state: State) -> str:
    line = f"{state.here} at this reference, {state.elsewhere} at others"
    if state.newest is not None:
        created, trials, lacking = state.newest
        lacks = f", {lacking} without a result" if lacking else ""
        line += f"; the newest {_ago(created, state.now)}: {_counted(trials, 'trial')}{lacks}"
    return line


def _shown(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"


def _ago(moment: str, now: str) -> str:
    seconds = max(0, int((datetime.fromisoformat(now) - datetime.fromisoformat(moment)).total_seconds()))
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{_counted(seconds // size, unit)} ago"
    return "just now"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
