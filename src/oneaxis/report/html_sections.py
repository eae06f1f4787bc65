"""The parts of a page that tell how the study was made: flips, what was fixed, failures, provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oneaxis.canonical import leaves
from oneaxis.masking import type_yours
from oneaxis.report.contents import Contents
from oneaxis.report.html_text import block, definitions, details, text
from oneaxis.report.table import label
from oneaxis.trial.codec import jsonable
from oneaxis.vocabulary import Record, Trial

FAILURES = 50  # with their tracebacks
FLIPS = 30  # rows
KEYS = 400  # of the reference's configuration


def flips(contents: Contents) -> str:
    """By row and class: how many examples turned right, how many wrong."""
    rows = [row for row in contents.comparison.rows if contents.flips.get(row.name)]
    parts = []
    for row in rows[:FLIPS]:
        found = contents.flips[row.name]
        gained, lost = sum(flip.gained for flip in found), sum(flip.lost for flip in found)
        head = "".join(f'<th scope="col">{name}</th>' for name in ("Class", "Turned right", "Turned wrong", "Net"))
        body = "".join(
            f'<tr><th scope="row">{text(flip.label)}</th>'
            f"<td class=number>{flip.gained}</td><td class=number>{flip.lost}</td>"
            f"<td class=number>{_signed(flip.gained - flip.lost)}</td></tr>"
            for flip in found
        )
        table = (
            f'<div class=scroll tabindex=0 role=region aria-label="{text(label(row))}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        parts.append(details(f"{label(row)}: {gained} turned right, {lost} wrong", table))
    return _counted(parts, len(rows), FLIPS, "deviations")


def held_fixed(contents: Contents) -> str:
    """The reference's configuration, the axes' own keys marked."""
    reference = contents.study.plan.reference
    if reference is None:
        return ""
    axes = {str(row.axis).partition("@")[0].replace("/", ".") for row in contents.comparison.rows}
    lines = []
    found = list(leaves(reference.config))
    for path, value in found[:KEYS]:
        key = ".".join(path)
        moved = any(key == axis or key.startswith(f"{axis}.") for axis in axes)
        shown = value if isinstance(value, str) else json.dumps(jsonable(value), ensure_ascii=False)
        note = " <small>an axis moves it</small>" if moved else ""
        lines.append(f"<dt><code>{text(key)}</code></dt><dd><code>{text(shown)}</code>{note}</dd>")
    choices = ", ".join(f"{group}={choice}" for group, choice in reference.choices.items())
    chosen = f"<p>Groups chosen: <code>{text(choices)}</code></p>" if choices else ""
    more = f"<p>and {len(found) - KEYS} more keys, in study.json</p>" if len(found) > KEYS else ""
    return f"{chosen}<dl class=config>{''.join(lines)}</dl>{more}"


def failures(contents: Contents) -> str:
    """Each trial without a result, with its traceback."""
    unusable = contents.comparison.unusable
    parts = [_failure(contents, trial, record) for trial, record in unusable[:FAILURES]]
    return _counted(parts, len(unusable), FAILURES, "trials")


def provenance(contents: Contents) -> str:
    """Where, when and with what; what differs between trials is counted."""
    study = contents.study
    plan = study.plan
    seeds = ", ".join(str(seed) for seed in plan.seeds if seed is not None)
    pairs = [
        ("study", f"<code>{text(study.id)}</code>, {text(study.name)}"),
        ("started", f"<time>{text(study.created)}</time>"),
        ("trials", text(f"{contents.trials}, {contents.trials - len(contents.comparison.unusable)} with a result")),
    ]
    if seeds:
        pairs.append((plan.seed_key, text(seeds)))
    if plan.shifted:
        pairs.append(("shifted", "<br>".join(f"<code>{text(each)}</code>" for each in plan.shifted)))
    comparison = contents.comparison
    if comparison.metric:
        held = f"{comparison.confidence:.0%} for {comparison.k} comparison{'' if comparison.k == 1 else 's'} together"
        pairs.append(("decided by", text(f"{comparison.metric}, {held}, {comparison.pairing}")))
    if comparison.saved:
        pairs.append(("saved", text(f"{comparison.saved} runs that a fixed design would have taken")))
    for name, counts in _variants(contents).items():
        told = [f"{text(value)}{f' ({count} trials)' if len(counts) > 1 else ''}" for value, count in counts.items()]
        pairs.append((name, "<br>".join(told[:10]) + (f"<br>and {len(told) - 10} more" if len(told) > 10 else "")))  # noqa: PLR2004
    return definitions(pairs)


def _variants(contents: Contents) -> dict[str, dict[str, int]]:
    """Each fact about the machines, with how many trials have which value."""
    found: dict[str, dict[str, int]] = {}
    for record in contents.records.values():
        for name, value in _facts(record).items():
            counts = found.setdefault(name, {})
            counts[value] = counts.get(value, 0) + 1
    return found


def _facts(record: Record) -> dict[str, str]:
    facts = {
        str(name): _flat(value)
        for name, value in record.machine.items()
        if name != "process" and value not in ({}, None)
    }
    facts |= {f"data: {name}": f"sha256 {digest[:16]}…" for name, digest in record.data.items()}
    return facts


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(item)}" for key, item in value.items())
    return str(value)


def _failure(contents: Contents, trial: Trial, record: Record | None) -> str:
    name = trial.label(several_seeds=contents.study.several_seeds)
    if record is None:
        return f"<p><code>{text(name)}</code>: missing, it left no record</p>"
    failure = record.failure
    if failure is None:
        return f"<p><code>{text(name)}</code>: {text(record.status)}</p>"
    first = failure.message.splitlines()[0] if failure.message else ""
    again = " ".join(("python", *contents.study.app, *record.overrides)) + type_yours(record.overrides)
    body = block(failure.traceback or failure.message) + f"<p>Run it alone: <code>{text(again)}</code></p>"
    return details(f"{name}: {record.status}: {failure.kind}: {first:.200}", body)


def _counted(parts: list[str], total: int, most: int, noun: str) -> str:
    return "".join(parts) + (f"<p>and {total - most} more {noun}</p>" if total > most else "")


def _signed(count: int) -> str:
    return f"{count:+d}".replace("-", "−") if count else "0"
