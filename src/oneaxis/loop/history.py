"""What was done before: the studies on disk, and which of them stand at a reference."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oneaxis.analysis.claims import Standing
from oneaxis.errors import OneAxisError
from oneaxis.planning.roles import order_remarks, role
from oneaxis.study.folder import StudyFolder, study_folders
from oneaxis.vocabulary import Plan, Study


@dataclass(frozen=True)
class Past:
    """A study on disk."""

    study: Study
    folder: StudyFolder

    @property
    def digest(self) -> str | None:
        """That of the reference it ran, moved by what its command line says; None without one."""
        return reference_digest(self.study.plan)


def studies_under(root: Path) -> tuple[Past, ...]:
    """Every readable study and single run near a project's top, the oldest first."""
    return tuple(sorted(_read(root), key=lambda past: past.study.created))


def reference_digest(plan: Plan) -> str | None:
    return next((trial.digest for trial in plan.trials if trial.deviation is None), None)


def remarks_on_order(
    plan: Plan, roles: Mapping[str, Sequence[str]], claims: Sequence[Standing], root: Path
) -> tuple[str, ...]:
    """What a plan should say about tuning before its time."""
    if not any(role(deviation, roles) == "tuning" for deviation in plan.deviations):
        return ()
    here = reference_digest(plan)
    measured = any(
        role(deviation, roles) == "structure"
        for past in studies_under(root)
        if past.digest == here
        for deviation in past.study.plan.deviations
    )
    open_ = bool(claims) and all(item.answer != "reproduced" for item in claims)
    return order_remarks(plan.deviations, roles, structure_measured=measured, baseline_open=open_)


def _read(root: Path) -> Iterator[Past]:
    for path in study_folders(root):
        # One that is damaged is told of by the commands that are about it.
        with contextlib.suppress(OneAxisError):
            folder = StudyFolder(path)
            yield Past(folder.read_study(), folder)
