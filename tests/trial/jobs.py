"""Jobs of a study as Hydra's basic launcher runs them, in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hydra import initialize_config_dir
from hydra._internal.callbacks import Callbacks
from hydra.core.global_hydra import GlobalHydra
from hydra.core.utils import JobReturn, run_job
from hydra.types import HydraContext, RunMode
from omegaconf import open_dict

from oneaxis.composing.compose import Composer
from oneaxis.composing.overrides import Grammar
from oneaxis.composing.text import quote
from oneaxis.planning.plan import make_plan
from oneaxis.planning.request import Request
from oneaxis.study.folder import StudyFolder
from oneaxis.vocabulary import Plan, Policy, Study, Tracking, Trial

CONFIG = "seed: 0\nlr: 0.1\ntwice: ${lr}\nunknown: ${oc.env:ONEAXIS_TEST_UNSET}\n"
SETTINGS = ["hydra/sweeper=oneaxis", "hydra/job_logging=none", "hydra/hydra_logging=none"]


class App:
    """An app with one configuration file. Its plans are made once: composing takes time."""

    def __init__(self, conf: Path, config: str = CONFIG) -> None:
        self.file = conf / "config.yaml"
        self.file.write_text(config)
        with initialize_config_dir(str(conf), version_base="1.3", job_name="app"):
            self.loader = GlobalHydra.instance().config_loader()
            self.master = self.loader.load_configuration("config", SETTINGS, RunMode.MULTIRUN)
        self._plans: dict[tuple[str, ...], Plan] = {}

    def plan(self, *line: str) -> Plan:
        """The plan of a command line."""
        if line not in self._plans:
            read = Grammar(self.loader, carries={}).command_line(line, seed_key="seed")
            request = Request(read.fixed, read.axes, read.seeds or 1)
            self._plans[line] = make_plan(request, Composer(self.loader, self.master))
        return self._plans[line]


class Jobs:
    """The jobs of an app's studies, in a folder of their own."""

    def __init__(self, app: App, root: Path) -> None:
        self.app = app
        self.folder = StudyFolder(root / "study")
        self.folder.root.mkdir()

    def plan(self, *line: str) -> Plan:
        return self.app.plan(*line)

    def study(self, *line: str) -> Study:
        return Study(
            "study", "app", "2030-01-01", ("app.py",), line, "/", self.plan(*line), Policy(), Tracking(None, "a")
        )

    def run(self, trial: Trial, task: Callable[[Any], Any], more: Sequence[str] = ()) -> JobReturn:
        """Run a trial's job with its ticket, and with `more` overrides after them."""
        names = ("trial", "role", "axis", "value", "deviation", "seed", "digest", "folder")
        values = {"trial": trial.index, **{name: getattr(trial, name) for name in names if name != "trial"}}
        ticket = [
            f"hydra.sweeper.job.{name}={value if isinstance(value, int) else quote(value)}"
            for name, value in values.items()
            if value is not None
        ]
        places = [f"hydra.sweep.dir={quote(str(self.folder.root))}", f"hydra.sweep.subdir={quote(trial.folder)}"]
        config = self.app.loader.load_sweep_config(self.app.master, [*trial.overrides, *ticket, *places, *more])
        with open_dict(config):
            config.hydra.job.id, config.hydra.job.num = str(trial.index), trial.index
        return run_job(
            hydra_context=HydraContext(self.app.loader, Callbacks()),
            task_function=task,
            config=config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            configure_logging=False,
        )
