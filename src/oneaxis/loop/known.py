"""What is known before a study runs: trials kept and taken over, what is left to run, and about how long."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from omegaconf import DictConfig

from oneaxis.analysis.comparison import wanted_trials
from oneaxis.canonical import leaves
from oneaxis.errors import OneAxisError
from oneaxis.loop.advice import short
from oneaxis.loop.settings import Settings
from oneaxis.masking import marked_values, unknown
from oneaxis.planning.remarks import resolver_leaves
from oneaxis.report.table import duration
from oneaxis.study.folder import StudyFolder
from oneaxis.study.reuse import Refuses, Reuse, look_up
from oneaxis.study.same import differences
from oneaxis.study.siblings import earlier
from oneaxis.trial.provenance import entry_point
from oneaxis.vocabulary import Compose, Plan, Record, Study, Tracking, Trial

RESUME = "ONEAXIS_RESUME"  # set by `oneaxis resume` for the app that it runs: the folder of the study that goes on
MOST_NAMED = 12  # deviations that were taken over; more are counted


def refusing(plan: Plan, compose: Compose, refuses: Refuses) -> Refuses:
    """`refuses`, and a look at the values that only resolve in a run: those of resolvers must be as they were."""
    places = resolver_leaves(plan)
    if not places:
        return refuses

    def refuse(record: Record, trial: Trial) -> str:
        reason = refuses(record, trial)
        if reason:
            return reason
        now = compose(trial.overrides)
        before, written = dict(leaves(record.config)), dict(leaves(now.config))
        for path, value in now.resolved.items():
            if path not in places:
                continue
            shown = marked_values(value, path, written.get(path))
            if unknown(before.get(path)):
                return f"`{'.'.join(path)}` is a secret, and its record, of an older oneaxis, can't tell which"
            if str(before.get(path)) not in (str(value), str(shown)):
                return f"`{'.'.join(path)}` resolves to another value"
        return ""

    return refuse


def unstable_keys(plan: Plan) -> str:
    """The remark on leaves that differ at every composition; such trials are never taken over."""
    return next((remark for remark in plan.remarks if remark.startswith("unstable")), "")


def look(
    config: DictConfig,
    settings: Settings,
    study: Study,
    records: Mapping[int, Record],
    *,
    own: Path,
    refuses: Refuses,
) -> Reuse:
    """What earlier studies beside `own` know of a study's trials that have no record; read only."""
    if settings.reuse is False or study.plan.reference is None:
        return Reuse()
    left = [trial for trial in study.plan.trials if trial.index not in records]
    if not left:
        return Reuse()
    unstable = unstable_keys(study.plan)
    return look_up(left, study.app, earlier(config, own), (lambda *_: unstable) if unstable else refuses)


def going_on(config: DictConfig, settings: Settings, plan: Plan) -> Study | None:
    """The study in `hydra.sweep.dir`, if this one seems to go on with it: nobody holds its folder yet."""
    with suppress(OneAxisError, OSError):
        there = StudyFolder(Path(str(config.hydra.sweep.dir))).read_study()
        if (settings.reuse is not False or RESUME in os.environ) and not differences(there, plan, settings.policy):
            return there
    return None


def foreseen(config: DictConfig, settings: Settings, plan: Plan, refuses: Refuses) -> Sequence[str]:
    """What a study would find known if it started now; nothing is written."""
    folder = StudyFolder(Path(str(config.hydra.sweep.dir)))
    tracking = Tracking(None, "")
    study = Study("", "", "", tuple(entry_point()), (), "", plan, settings.policy, tracking)
    records: Mapping[int, Record] = {}
    there = going_on(config, settings, plan)
    if there is not None:
        kept = folder.records(there)
        records = {index: record for index, record in kept.items() if record.status == "finished"}
    reuse = look(config, settings, study, records, own=folder.root, refuses=refuses)
    taken = {
        index: replace(found.record, reused_from={"study": found.record.study, "folder": str(found.job)})
        for index, found in reuse.found.items()
    }
    return what_runs(study, {**records, **taken}, reuse)


def what_runs(study: Study, records: Mapping[int, Record], reuse: Reuse) -> Sequence[str]:
    """`Reused: 30 of 35 trials …`, `To run: 5 trials, about 12 s of compute`; nothing for a study all new."""
    trials = needed(study, records)
    left = [trial for trial in trials if trial.index not in records]
    lines = [*kept_lines(study, records), *reused_lines(study, records)]
    lines += [
        f"not reused: {count} trial{'' if count == 1 else 's'}: {reason}" for reason, count in reuse.refused.items()
    ]
    if not left:
        return [*lines, "Nothing is left to run."] if lines else []
    if not lines and not reuse.seconds:
        return []
    until = ", up to the next look" if study.plan.adaptive else ""
    return [*lines, f"To run: {len(left)} of {len(trials)} trials{_cost(left, records, reuse.seconds)}{until}"]


def needed(study: Study, records: Mapping[int, Record]) -> Sequence[Trial]:
    """The trials of a study that have a record, or want one by what is known: adaptive seeds plan more than that."""
    wanted = {trial.index for trial in wanted_trials(study.plan, records, study.policy)}
    return [trial for trial in study.plan.trials if trial.index in wanted or trial.index in records]


def kept_lines(study: Study, records: Mapping[int, Record]) -> Sequence[str]:
    own = [record for record in records.values() if not record.reused_from]
    return [f"Done: {len(own)} of {len(needed(study, records))} trials"] if own else []


def reused_lines(study: Study, records: Mapping[int, Record]) -> Sequence[str]:
    """Which trials come from which earlier study; empty where none do."""
    reused = {index: record for index, record in records.items() if record.reused_from}
    if not reused:
        return []
    trials = needed(study, records)
    total = len(trials)
    lines = [f"Reused: {len(reused)} of {total} trials, from {_places(reused.values())}"]
    if len(reused) == total:
        return lines
    planned = Counter(trial.deviation for trial in trials)
    counts = Counter(trial.deviation for trial in trials if trial.index in reused)
    named = [f"{name or 'reference'} {count}/{planned[name]}" for name, count in counts.items()]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return [*lines, f"  {', '.join(named[:MOST_NAMED])}{more}"]


def _places(reused: Iterable[Record]) -> str:
    folders = Counter(str(Path(record.reused_from["folder"]).parent) for record in reused)
    names = [short(Path(folder)) for folder, _ in folders.most_common(3)]
    return ",\n  ".join(names) + (f" and {len(folders) - 3} more" if len(folders) > 3 else "")  # noqa: PLR2004


def _cost(left: Sequence[Trial], records: Mapping[int, Record], seconds: Mapping[str | None, float]) -> str:
    known = [record.seconds for record in records.values() if record.seconds is not None] or list(seconds.values())
    if not known:
        return ""
    mean = sum(known) / len(known)
    return f", about {duration(sum(seconds.get(trial.deviation, mean) for trial in left))} of compute"
