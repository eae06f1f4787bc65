"""The trap of the held learning rate: what a "worse" was measured at, the study that tunes it, and what that gave."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from oneaxis.analysis.gathered import gather
from oneaxis.analysis.own_tuning import OwnTuning, Rate, held_rate, own_tuning, runs_by_rate
from oneaxis.analysis.result import Comparison
from oneaxis.loop.command_line import flags, shown_line
from oneaxis.loop.findings import declared_roles
from oneaxis.loop.past import PastStudy, studies_under, typed
from oneaxis.planning.roles import role
from oneaxis.report.numbers import decimals, number, with_interval
from oneaxis.report.terminal import PLAIN_WIDTH
from oneaxis.vocabulary import Deviation, Record, Study, Trial

FACTORS = ("0.1", "0.3", "3", "10")
MOST = 3  # changes that are told of
OPTIMIZERS = frozenset(("optimizer", "optimiser", "optim", "opt"))


def own_rate_lines(past: PastStudy, comparison: Comparison, root: Path) -> list[str]:
    """What is said below a study's table: of changes that are worse at a rate they didn't choose.

    Also of a study that tunes such a change, beside the one below `root` that found it worse.
    """
    suspects = list(_suspects(past, comparison))[:MOST]
    follows = past.study.plan.shifted and past.reference_digest is not None
    if not suspects and not follows:
        return []
    others = [each for each in studies_under(root) if each.folder.root != past.folder.root.absolute()]
    lines: list[str] = []
    for deviation, rate in suspects:
        tuned = _tuned(past, deviation, rate, [past, *others])
        lines += ["", *(_hint(past, deviation, rate) if tuned is None else _told(comparison, deviation, tuned))]
    for original in reversed(others) if follows else ():
        if all(each.digest != past.reference_digest for each in original.study.plan.deviations):
            continue  # comparing a study again takes its time
        for deviation, rate in _suspects(original, original.comparison):
            if deviation.digest == past.reference_digest:
                tuned = _tuned(original, deviation, rate, [past, *others])
                return [*lines, *([] if tuned is None else ["", *_told(original.comparison, deviation, tuned)])]
    return lines


def _suspects(past: PastStudy, comparison: Comparison) -> Iterator[tuple[Deviation, Rate]]:
    """Worse changes of structure or optimizer, each with the learning rate that it was measured at."""
    worse = {row.name for row in comparison.rows if row.verdict == "worse"}
    if not worse:
        return
    roles = declared_roles(past.master)
    runs = list(_finished(past.study, past.folder.records(past.study)))
    reference = next((record for trial, record in runs if trial.deviation is None), None)
    for deviation in past.study.plan.deviations:
        own = next((record for trial, record in runs if trial.deviation == deviation.name), None)
        if deviation.name not in worse or reference is None or own is None:
            continue
        optimizer = deviation.axis.partition("@")[0].replace("/", ".").split(".")[0] in OPTIMIZERS
        if optimizer or role(deviation, roles) == "structure":
            rate = held_rate(deviation, reference, own)
            if rate is not None:
                yield deviation, rate


def _finished(study: Study, records: dict[int, Record]) -> Iterator[tuple[Trial, Record]]:
    for trial in study.plan.trials:
        record = records.get(trial.index)
        if record is not None and record.status == "finished":
            yield trial, record


def _tuned(original: PastStudy, deviation: Deviation, rate: Rate, studies: Sequence[PastStudy]) -> OwnTuning | None:
    """The change with its own rate beside the reference with its own, of all studies that measured either."""

    def runs(digest: str | None) -> Iterable[tuple[Trial, Record]]:
        for each in studies:
            if digest is not None and each.reference_digest == digest:
                yield from _finished(each.study, each.folder.records(each.study))

    study = original.study
    terms = gather(study.plan, original.folder.records(study), study.policy).terms
    change = runs_by_rate(rate, runs(deviation.digest))
    reference = runs_by_rate(rate, runs(original.reference_digest))
    return own_tuning(deviation, rate, change, reference, terms=terms, policy=study.policy)


def _hint(past: PastStudy, deviation: Deviation, rate: Rate) -> list[str]:
    factors = [Decimal(repr(rate.value)) * Decimal(factor) for factor in FACTORS]
    swept = f"{rate.key}={','.join(repr(float(value)) for value in factors)}"
    return [
        f"{deviation.name} is worse at {rate.key} = {rate.value:g}, which was held.",
        "With rates of its own:",
        f"  {_command(past, [typed(deviation), swept])}",
    ]


def _told(comparison: Comparison, deviation: Deviation, found: OwnTuning) -> list[str]:
    digits = decimals(comparison, comparison.metric, comparison.rows)
    key, metric = found.rate.key, comparison.metric
    own, other = number(found.own_mean, digits), number(found.reference_mean, digits)
    sides = (
        f"{deviation.name} with its own {key}, {found.own:g}: {metric} {own}; "
        f"the reference with its own, {found.reference:g}: {other}."
    )
    if found.estimate is None or found.obstacles:
        keys = ", ".join(change.key for change in found.obstacles)
        return textwrap.wrap(f"{sides} They can't be compared: {keys} differs as well.", PLAIN_WIDTH)
    word = {"better": "better", "worse": "still worse"}.get(found.verdict, "not to be told apart")
    seeds = f"{found.estimate.n} seed{'' if found.estimate.n == 1 else 's'}"
    said = f"With its own learning rate it is {word}: {with_interval(found.estimate, digits)}, {seeds}."
    notes = ["two changes, the second one tuning", "both rates were chosen on these seeds"]
    if found.reference_tried == 1:
        notes[1] = "the change's rate was chosen on these seeds, the reference has tried its own only"
    if found.edge is not None:
        notes.append(f"{found.own:g} is the {found.edge} rate that was tried")
    return [*textwrap.wrap(f"{sides} {said}", PLAIN_WIDTH), *textwrap.wrap(f"({'; '.join(notes)})", PLAIN_WIDTH)]


def _command(past: PastStudy, more: Sequence[str]) -> str:
    """The study's command with other axes: its flags, what moves its reference, its settings and seeds."""
    study = past.study
    same = [text for text in study.arguments if text.startswith(("hydra/sweeper=", "hydra.sweeper.seeds="))]
    return shown_line(
        ["python", *study.app, *flags(study.arguments), *study.plan.shifted, *more, *same, *past.kept_settings()]
    )
