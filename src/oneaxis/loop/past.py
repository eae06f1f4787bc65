"""Everything measured so far: the studies on disk, and what they say of a change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, QuotedString
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

from oneaxis.analysis.comparison import compare
from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.canonical import canonical_text
from oneaxis.composing.text import to_text
from oneaxis.errors import BadOverride, OneAxisError
from oneaxis.loop.answer import MASTER_FILE
from oneaxis.loop.command_line import config_name as chosen
from oneaxis.loop.command_line import fixed_key, fixed_keys, key_of
from oneaxis.masking import MARKED, marked_typed, masked_override, stands_in
from oneaxis.study.folder import StudyFolder, study_folders
from oneaxis.vocabulary import Deviation, Plan, Study

# Of a study's command line: what belongs to that study alone.
OWN = (
    "hydra.sweeper.seeds=", "hydra.sweeper.reference_seeds=", "hydra.sweeper.axes", "hydra.sweeper.dry_run=",
    "hydra.sweeper.max_trials=", "hydra.sweeper.max_minutes=",
)  # fmt: skip
NO_AXES = "hydra.sweeper.axes=null"
PLACE = ("hydra.sweep.", "hydra.run.", "hydra/sweeper=oneaxis", "hydra.sweeper.screen", "hydra.sweeper.controls")


@dataclass(frozen=True)
class PastStudy:
    """A study on disk, with its comparison."""

    folder: StudyFolder
    study: Study

    @cached_property
    def master(self) -> DictConfig:
        """Hydra's master configuration that it was started with; empty where the study doesn't say."""
        path = self.folder.own / MASTER_FILE
        loaded = OmegaConf.load(path) if path.is_file() else None
        return loaded if isinstance(loaded, DictConfig) else OmegaConf.create({})

    @property
    def config_name(self) -> str | None:
        """The primary config that it was started with; None where the study doesn't say."""
        name = OmegaConf.select(self.master, "hydra.job.config_name")
        return None if name is None else str(name)

    @cached_property
    def comparison(self) -> Comparison:
        return compare(self.study.plan, self.folder.records(self.study), self.study.policy)

    @property
    def reference_digest(self) -> str | None:
        """That of the reference it ran, moved by what its command line says; None without one."""
        return reference_digest(self.study.plan)

    @property
    def seeds(self) -> set[int]:
        return {trial.seed for trial in self.study.plan.trials if trial.seed is not None}

    @property
    def told(self) -> tuple[str, ...]:
        """What its command line told the reference, the seed as well."""
        plan = self.study.plan
        return tuple(
            text for text in plan.reference_overrides if text in plan.shifted or fixed_key(text) == plan.seed_key
        )

    def deviation(self, change: Override) -> Deviation | None:
        """The deviation that is this change, however its value was written."""
        wanted = _key_and_value(change)
        own = (each for each in self.study.plan.deviations if each.axis == wanted[0])
        return next((each for each in own if change_of(each.name) == wanted), None)

    def row(self, deviation: Deviation) -> Row | None:
        return next((row for row in self.comparison.rows if row.name == deviation.name), None)

    def effect(self, row: Row | None) -> Estimate | None:
        """A row's difference in the metric that decides."""
        metric = self.comparison.metric
        return None if row is None or metric is None else row.deltas.get(metric)

    def pairs(self, row: Row | None) -> int:
        """On how many seeds it was measured beside the reference: a quick look hides no verdict of more."""
        effect = self.effect(row)
        return 0 if effect is None else effect.n

    def kept_settings(self) -> tuple[str, ...]:
        """Its command line's settings that another study of the same question shares."""
        # A file of axes may hold the policy, too: it is chosen again, without its axes.
        return (*self._files, *([NO_AXES] if self._files else []), *self.typed_settings())

    @property
    def chose_a_file(self) -> bool:
        """Whether its command line chose a file of axes, which may hold settings."""
        return bool(self._files)

    @property
    def _files(self) -> list[str]:
        """The options among its arguments that moved nothing in the task's configuration: they hold the sweeper's."""
        plan = self.study.plan
        single = fixed_keys(self.study.arguments).items()
        # A sweep whose values were masked looks like one value.
        return [
            text for text, key in single if text not in plan.shifted and key != plan.seed_key and not stands_in(text)
        ]

    def typed_settings(self) -> tuple[str, ...]:
        """Those of them that its command line says one by one."""
        texts = [text for text in self.study.arguments if text.startswith(("hydra.", "hydra/", "+hydra", "++hydra"))]
        kept = (text for text in texts if not text.lstrip("+").startswith((*OWN, *PLACE)))
        # What was masked when it was written down can't be typed again.
        return tuple(text for text in kept if not stands_in(text))


def without_axes(settings: Sequence[str]) -> list[str]:
    """Settings of a study whose axes are all typed."""
    return [*settings] if NO_AXES in settings else [*settings, NO_AXES]


def studies_under(root: Path) -> tuple[PastStudy, ...]:
    """Every readable study and single run near a project's top, the oldest first."""
    return tuple(sorted(_read(root), key=lambda past: past.study.created))


def past_studies(root: Path) -> tuple[PastStudy, ...]:
    """The studies among them that compare anything, the newest first."""
    found = studies_under(root)
    return tuple(each for each in reversed(found) if each.study.plan.reference is not None and not each.study.single)


def measured_at(
    change: Override, past: Sequence[PastStudy], digest: str, config_name: str | None
) -> tuple[PastStudy, Deviation] | None:
    """Of studies, newest first, the one at this reference that measured a change on most seeds; the newest of equals.

    Whatever speaks of a change at a reference speaks of this one measurement.
    """
    found = [
        (each, deviation)
        for each in past
        if each.reference_digest == digest and each.config_name in (None, config_name)
        if (deviation := each.deviation(change)) is not None
    ]
    return max(found, key=lambda pair: pair[0].pairs(pair[0].row(pair[1])), default=None)


def last_like(config_name: str | None, newest_first: Sequence[PastStudy]) -> PastStudy | None:
    """The newest study of deviations of this primary config (None: the app's own).

    What it was told (a seed's key, say), who looks back needs, too; a claim's study was told what the claim says.
    """
    for each in newest_first:
        own = chosen(each.study.arguments) is None
        if each.study.plan.deviations and (each.config_name == config_name if config_name else own):
            return each
    return None


def reference_digest(plan: Plan) -> str | None:
    return next((trial.digest for trial in plan.trials if trial.deviation is None), None)


def _read(root: Path) -> Iterator[PastStudy]:
    for path in study_folders(root):
        # One that is damaged is told of by the commands that are about it.
        with contextlib.suppress(OneAxisError):
            folder = StudyFolder(path)
            yield PastStudy(folder, folder.read_study())


def parse_change(text: str) -> Override:
    """`model.C=10` as Hydra reads it.

    Raises
    ------
    BadOverride
        If it is a sweep, a deletion, a masked value or no override at all.
    """
    if stands_in(text):
        raise BadOverride(f"`{text}`: no study keeps secrets; type the value itself in the place of its mask")
    try:
        override = OverridesParser.create().parse_override(text)
    except HydraException as error:
        raise BadOverride(
            f"`{masked_override(text)}` is no change; write KEY=VALUE ({str(error).splitlines()[0]})"
        ) from error
    if override.is_delete() or override.is_sweep_override():
        raise BadOverride(f"`{masked_override(text)}` is not one change; write KEY=VALUE, as a study names it")
    return override


def typed(deviation: Deviation) -> str:
    """A deviation as it is typed, with the `+` that adds its key."""
    name = deviation.name
    return next((text for text in deviation.overrides if text.lstrip("+") == name), name)


def as_axis(change: str) -> str:
    """A change as an axis of one value: `model.C=choice(10)`."""
    key, _, value = change.partition("=")
    return f"{key}=choice({value})"


@cache
def change_of(name: str) -> tuple[str, str]:
    """What a deviation's name says, however its value was written: `note="a b"` and `note=a b` are one change."""
    mark = MARKED.search(name)
    if mark:
        return name.partition("=")[0], mark[0]
    try:
        return _key_and_value(parse_change(name))
    except BadOverride:
        return name, ""  # of an older grammar, say: it is like nothing else


def _key_and_value(change: Override) -> tuple[str, str]:
    key, value = key_of(change), plain(change.value())
    mark = MARKED.search(marked_typed(key, to_text(value)))
    return key, mark[0] if mark else canonical_text(value)


def plain(value: Any) -> Any:
    """A value as Hydra parsed it, quotes left out: `'a'` and `a` are one."""
    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
