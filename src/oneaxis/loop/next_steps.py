"""The next sensible commands of a project, with what each costs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oneaxis.analysis.comparison import wanted_trials
from oneaxis.loop.advice import resume_command
from oneaxis.loop.app import Planned, project_settings
from oneaxis.loop.claims import reproduce_command
from oneaxis.loop.cost import about
from oneaxis.loop.past import PastStudy, change_of
from oneaxis.study.claim import owner_of
from oneaxis.vocabulary import Record


@dataclass(frozen=True)
class Step:
    """A command, why it is next, and what it costs, in words."""

    command: str
    why: str
    cost: str


def next_steps(
    planned: Planned,
    floor: Sequence[tuple[str, float | None]],
    studies: Sequence[PastStudy],
    finished: Sequence[Record],
    *,
    ladder: str,
    data_seen: bool,
    settings: Sequence[str] = (),
) -> Iterator[Step]:
    """What is sensible, the first first: the newest study's rest, data, floor (the axes of `ladder`), claims, changes.

    `settings` belong into the lines of studies.
    """
    app = planned.app
    rest = _rest(studies[-1]) if studies else 0
    if rest:
        cost = _cost(rest, finished)
        yield Step(resume_command(studies[-1].folder.root), "the newest study was left before its end", cost)
    named = f" --config-name {shlex.quote(app.config_name)}" if app.config_name else ""
    reproduce = reproduce_command(app.config_name)
    if not data_seen:
        # Without one that the project names, the command asks for it.
        function = "" if project_settings(app.cwd)[0].get("data") else " --data MODULE:FUNCTION"
        told = "".join(f" {shlex.quote(text)}" for text in app.given)
        yield Step(f"oneaxis data{told}{function}{named}", "the data of this reference weren't looked at", "seconds")
    seeds = len(planned.study.plan.seeds)
    unmeasured = [name for name, value in floor if value is None]
    if unmeasured:
        cost = _cost((len(floor) + 1) * seeds, finished)
        yield Step(app.shown([*settings, f"axes={ladder}"]), f"the floor lacks {', '.join(unmeasured)}", cost)
    for item in planned.claims:
        if item.answer is None:
            yield Step(
                f"{reproduce} {item.claim}",
                f"the claim {item.claim} was not run",
                "unknown yet",
            )
    if planned.study.plan.deviations and not any(_asked(item, planned) for item in studies):
        cost = _cost(len(planned.study.plan.trials), finished)
        yield Step(app.shown(settings), "its own axes weren't measured here", cost)
    if studies:
        yield Step(
            f"oneaxis compare {studies[-1].folder.root.relative_to(app.cwd)}",
            "read what the newest study says",
            "no trials",
        )


def _rest(past: PastStudy) -> int:
    """How many trials of a study nobody ran, unless it runs right now. One that failed might fail for ever."""
    if owner_of(past.folder.root) is not None:
        return 0
    records = past.folder.records(past.study)
    return sum(trial.index not in records for trial in wanted_trials(past.study.plan, records, past.study.policy))


def _asked(past: PastStudy, planned: Planned) -> bool:
    wanted, there = (
        {change_of(deviation.name) for deviation in study.plan.deviations} for study in (planned.study, past.study)
    )
    return wanted <= there


def _cost(trials: int, finished: Sequence[Record]) -> str:
    spent = [record.seconds for record in finished if record.seconds is not None]
    if not spent:
        return f"{trials} trial{'' if trials == 1 else 's'}; nothing was timed yet"
    return f"{trials} trial{'' if trials == 1 else 's'}{about(trials, spent)}"
