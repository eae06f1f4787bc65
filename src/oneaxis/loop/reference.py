"""The reference as it is now, and what was measured so far: where a command of the loop stands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from oneaxis.errors import AppRuns
from oneaxis.loop.app import App, Planned, find_app, plan_filled
from oneaxis.loop.past import (
    PastStudy,
    last_like,
    past_studies,
    typed,
    without_axes,
)
from oneaxis.planning.remarks import value_at
from oneaxis.vocabulary import ABSENT, Deviation, split_key


@dataclass(frozen=True)
class Reference:
    """The reference as it is now."""

    planned: Planned
    settings: tuple[str, ...] = ()  # of the study that it was taken from, as they are typed

    @property
    def app(self) -> App:
        return self.planned.app

    @property
    def digest(self) -> str:
        return self.planned.study.plan.trials[0].digest

    @property
    def seed_key(self) -> str:
        return self.planned.study.plan.seed_key

    def seeds(self, count: int) -> list[str]:
        """What asks for so many; nothing where the configuration has no seed to count from."""
        return [] if self.planned.study.plan.seeds == (None,) else [f"hydra.sweeper.seeds={count}"]

    def typed(self, deviation: Deviation) -> str:
        """A deviation as it is typed now: a key that its study had to add may have come into the configuration."""
        now = self.planned.study.plan.reference
        there = now is not None and (
            deviation.axis in now.choices or value_at(now.config, split_key(deviation.axis)) is not ABSENT
        )
        return deviation.name if there else typed(deviation)

    def shown(self, overrides: Sequence[str]) -> str:
        """A study of it as a line to copy into a shell."""
        return self.app.shown([*self.settings, *overrides])


def reference_now(given: str | None, here: Path, config_name: str | None, past: PastStudy | None) -> Reference:
    """The reference that the app composes now, by a dry run of it under a past study's settings."""
    settings, told = ((), ()) if past is None else (past.kept_settings(), past.told)
    app = find_app(given, here, config_name=config_name)
    return Reference(plan_or_newest(app, without_axes(settings), told, past), settings)


def plan_or_newest(app: App, settings: Sequence[str], told: Sequence[str], newest: PastStudy | None) -> Planned:
    """What the app would run, or, where only a run of it could tell, what its newest study was.

    Raises
    ------
    AppUnusable
        As `plan_filled` does; `AppRuns` where no study is there either.
    """
    try:
        return plan_filled(app, settings, told)
    except AppRuns as error:
        if newest is None or newest.study.plan.reference is None or "hydra" not in newest.master:
            raise
        root = newest.folder.root
        shown = root.relative_to(app.cwd) if root.is_relative_to(app.cwd) else root
        return Planned(
            replace(app, hears=False),
            newest.study,
            newest.study.plan.reference.config,
            newest.master,
            shown,
            caution=f"{error}; this is what its newest study says, {shown}",
        )


def today(options: argparse.Namespace) -> tuple[tuple[PastStudy, ...], Reference]:
    """What was measured so far, newest first, and the reference as it is now: where a command of the loop stands."""
    app = find_app(options.app, Path.cwd(), config_name=options.config_name)
    past = past_studies(app.cwd)
    config = options.config_name or next((each.config_name for each in past), None)
    return past, reference_now(options.app, Path.cwd(), config, last_like(config, past))
