"""`oneaxis status`: where the project stands, and the next sensible command with its cost."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from oneaxis.analysis.claims import Standing
from oneaxis.analysis.metrics import metric_names, primary_metric
from oneaxis.canonical import leaves
from oneaxis.composing.text import written
from oneaxis.errors import AppRuns, AppUnusable, BadRecord
from oneaxis.loop.app import App, Planned
from oneaxis.loop.claims import reproduce_command
from oneaxis.loop.findings import STATES, declared_roles, gather_findings
from oneaxis.loop.known import needed
from oneaxis.loop.next_steps import Step, next_steps
from oneaxis.loop.past import NO_AXES, PastStudy, change_of, last_like, reference_digest, studies_under
from oneaxis.loop.reference import plan_or_newest
from oneaxis.study.folder import folders_with
from oneaxis.trial.codec import read_json
from oneaxis.vocabulary import Record

LADDER = "ladder"  # an option of the group axes; `ladder_NAME` is that of the primary config NAME alone
DATA_FILE = "data.json"
DATA_KEYS = ("data", "dataset", "datasets")
Rung = tuple[str, float | None]


@dataclass(frozen=True)
class DataLook:
    """The newest look at the data: when, where, how many findings, and what of the data was changed since."""

    created: str
    folder: Path
    problems: int
    notices: int
    changed: tuple[str, ...]


@dataclass(frozen=True)
class State:
    """All that `oneaxis status` tells. `floor` holds each rung's mean of `metric`, None: not measured.

    `findings` counts what was tried by how far it still holds. `unplanned` is why the app's own study is refused.
    """

    now: str
    name: str
    choices: Mapping[str, str | None]
    digest: str
    first_run: str | None
    data: DataLook | None
    metric: str | None
    reference: float | None
    floor: tuple[Rung, ...]
    claims: tuple[Standing, ...]
    unread_claims: str | None
    reproduce: str  # the command that runs the claims
    here: int
    elsewhere: int
    newest: tuple[str, int, int] | None  # when, trials, trials without a result
    findings: str
    next_steps: tuple[Step, ...]
    unplanned: str | None = None
    caution: str = ""  # what the reader must know of the app


def look_around(app: App) -> State:
    """Plan the app's own study without running it, and read what is on disk.

    Raises
    ------
    AppUnusable
        If the app can't be planned.
    """
    past = studies_under(app.cwd)
    last = last_like(app.config_name, past[::-1])
    settings, told = ((), ()) if last is None else (last.typed_settings(), last.told)
    planned, unplanned = _planned(app, settings, told, last)
    if last is not None and last.chose_a_file and last.study.plan.seed_key != planned.study.plan.seed_key:
        settings = (*settings, f"hydra.sweeper.seed_key={last.study.plan.seed_key}")
        planned, unplanned = _planned(app, settings, told, last)
    digest = reference_digest(planned.study.plan) or ""
    here = [item for item in past if item.reference_digest == digest]
    records = [(item, item.folder.records(item.study)) for item in here]
    finished = [record for _, found in records for record in found.values() if record.status == "finished"]
    alike = [item for item in past if any(trial.digest == digest for trial in item.study.plan.trials)]
    own = tuple(_of_configuration(digest, alike).values())
    metric = primary_metric(metric_names(finished or own), planned.study.policy)
    studies = [item for item in here if not item.study.single]
    looked = _data(app, planned)
    ladder = _ladder(planned)
    floor = tuple(_floor(ladder, finished, metric))
    return State(
        now=datetime.now(UTC).isoformat(timespec="seconds"),
        name=planned.name,
        choices={} if planned.study.plan.reference is None else planned.study.plan.reference.choices,
        digest=digest,
        first_run=alike[0].study.created if alike else None,
        data=looked,
        metric=metric,
        reference=_mean(own, metric),
        floor=floor,
        claims=planned.claims,
        unread_claims=planned.unread_claims,
        reproduce=reproduce_command(app.config_name),
        here=len(studies),
        elsewhere=sum(not item.study.single for item in past) - len(studies),
        newest=_newest(studies),
        findings=_findings(planned, past, digest),
        next_steps=()
        if not planned.app.hears
        else tuple(
            next_steps(
                planned,
                floor,
                studies,
                finished,
                ladder=ladder.stem if ladder else LADDER,
                data_seen=looked is not None and not looked.changed,
                settings=settings,
            )
        ),
        unplanned=unplanned,
        caution=planned.caution,
    )


def _of_configuration(digest: str, past: Sequence[PastStudy]) -> Mapping[int | None, Record]:
    """By seed, the newest finished trial of a configuration, whatever its study called it.

    A promoted change ran before it was the reference; a trial that was taken over has a record in each study.
    """
    found = {}
    for item in past:
        records = item.folder.records(item.study)
        for trial in item.study.plan.trials:
            if trial.digest == digest and trial.index in records and records[trial.index].status == "finished":
                found[trial.seed] = records[trial.index]
    return found


def _planned(
    app: App, settings: Sequence[str], told: Sequence[str], last: PastStudy | None
) -> tuple[Planned, str | None]:
    """The app's own study, or where that is refused its reference alone and the reason."""
    try:
        return plan_or_newest(app, settings, told, last), None
    except AppRuns:
        raise
    except AppUnusable as error:
        try:
            return plan_or_newest(app, [*settings, NO_AXES], told, last), error.reason
        except AppUnusable:
            raise error from None


def _data(app: App, planned: Planned) -> DataLook | None:
    newest: dict[str, Any] | None = None
    place = app.cwd
    for folder in folders_with(DATA_FILE, app.cwd):
        try:
            content = read_json(folder / DATA_FILE)
        except BadRecord:
            continue
        known = content.get("config_name") == planned.config_name and "findings" in content
        if known and (newest is None or content["created"] > newest["created"]):
            newest, place = content, folder
    if newest is None:
        return None
    weights = [finding["weight"] for finding in newest["findings"]]
    shown = place.relative_to(app.cwd)
    changed = tuple(_changed(newest["config"], planned.config))
    return DataLook(newest["created"], shown, weights.count("problem"), weights.count("notice"), changed)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    one, other = ({path: leaf for path, leaf in leaves(config) if path[0] in DATA_KEYS} for config in (before, after))
    for path in dict.fromkeys([*one, *other]):
        if one.get(path) != other.get(path):
            yield ".".join(path)


def _findings(planned: Planned, past: Sequence[PastStudy], digest: str) -> str:
    reference = planned.study.plan.reference
    measured = [each for each in reversed(past) if each.study.plan.reference is not None and not each.study.single]
    if reference is None or not measured:
        return "nothing was tried yet"
    found = gather_findings(measured, planned.config_name, digest, reference, declared_roles(planned.master))
    counts = Counter(each.state for each in found if not each.reference_now)
    shown = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    return f"{shown} (oneaxis findings)" if shown else "nothing was tried yet"


def _ladder(planned: Planned) -> Path | None:
    """The ladder's file, the reference's own before the one of all."""
    if planned.config_folder is None:
        return None
    own = f"{LADDER}_{planned.config_name.removesuffix('.yaml')}"
    places = [planned.config_folder / "axes" / f"{name}.yaml" for name in (own, LADDER)]
    return next((place for place in places if place.is_file()), None)


def _rungs(ladder: Path | None) -> Sequence[str]:
    """The deviations of the ladder's file, as they are named."""
    if ladder is None:
        return ()
    file: Any = OmegaConf.to_container(OmegaConf.load(ladder))
    return [f"{key}={value}" for key, values in file["axes"].items() for value in _values(key, values)]


def _values(key: str, values: Any) -> Iterator[str]:
    """Of a list, or of a sweep's text: `dummy,knn`."""
    if isinstance(values, str):
        parsed = OverridesParser.create().parse_override(f"{key}={values}")
        yield from parsed.sweep_string_iterator() if parsed.is_sweep_override() else [values]
    else:
        yield from map(written, values if isinstance(values, list) else [values])


def _floor(ladder: Path | None, finished: Sequence[Record], metric: str | None) -> Iterator[Rung]:
    for name in _rungs(ladder):
        rung = [record for record in finished if record.deviation and change_of(record.deviation) == change_of(name)]
        yield name, _mean(rung, metric)


def _newest(studies: Sequence[PastStudy]) -> tuple[str, int, int] | None:
    if not studies:
        return None
    last = studies[-1]
    found = last.folder.records(last.study)
    trials = needed(last.study, found)
    lacking = sum(trial.index not in found or found[trial.index].status != "finished" for trial in trials)
    return last.study.created, len(trials), lacking


def _mean(records: Sequence[Record], metric: str | None) -> float | None:
    values = [record.metrics[metric] for record in records if metric in record.metrics] if metric else []
    return statistics.fmean(values) if values else None
