"""What a study tells the command that started it: its folder, or, of a dry run, all that was planned.

The command names an empty folder in the environment; nobody else sees the difference.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from oneaxis.analysis.claims import Standing
from oneaxis.composing.compose import Composer
from oneaxis.loop.looking import looked_at
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.codec import SCHEMA, write_json
from oneaxis.vocabulary import Study

VARIABLE = "ONEAXIS_ANSWER"
STARTED_FILE = "started.json"
REFERENCE_FILE = "reference.json"
MASTER_FILE = "multirun.yaml"
DRY_RUN = "hydra.sweeper.dry_run=true"  # what a command types that looks


def asked() -> Path | None:
    """The folder for the answer, if a command waits for one; asked once, so that no job answers in its place."""
    folder = os.environ.pop(VARIABLE, None)
    return Path(folder) if folder else looked_at()


def leave_started(folder: Path | None, root: Path) -> None:
    """The folder of the study that was started."""
    if folder is not None:
        write_json({"schema": SCHEMA, "folder": str(root.absolute())}, folder / STARTED_FILE)


def leave_planned(
    folder: Path | None,
    study: Study,
    config: DictConfig,
    composer: Composer,
    claims: Sequence[Standing],
    *,
    unread_claims: str | None,
) -> None:
    """A dry run's study, Hydra's master configuration, the reference as its task would read it, and its claims."""
    if folder is None or (folder / REFERENCE_FILE).exists():  # of a script's several studies, the first
        return
    StudyFolder(folder).write_study(study)
    OmegaConf.save(config, folder / MASTER_FILE)
    reference = composer.task_configuration(study.plan.reference_overrides)
    told = {
        "schema": SCHEMA,
        "config": reference,
        "study_folder": str(config.hydra.sweep.dir),
        "hears": DRY_RUN in config.hydra.overrides.hydra,
        "chooses_oneaxis": composer.chooses_oneaxis(),
        "claims": [dataclasses.asdict(item) for item in claims],
        "unread_claims": unread_claims,
    }
    write_json(told, folder / REFERENCE_FILE)
