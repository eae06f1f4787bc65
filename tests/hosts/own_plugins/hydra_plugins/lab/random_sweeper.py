"""The lab's own sweeper and search path."""

from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.plugins.search_path_plugin import SearchPathPlugin
from hydra.plugins.sweeper import Sweeper


@dataclass
class RandomConf:
    _target_: str = "hydra_plugins.lab.random_sweeper.RandomSweeper"
    n_trials: int = 5
    search_space: dict[str, Any] = field(default_factory=dict)


ConfigStore.instance().store(group="hydra/sweeper", name="lab_random", node=RandomConf, provider="lab")


class RandomSweeper(Sweeper):
    def __init__(self, n_trials, search_space):
        self.n_trials = n_trials

    def setup(self, *, hydra_context, task_function, config):
        raise RuntimeError("the lab's sweeper was started")

    def sweep(self, arguments):
        return []


class LabSearchPath(SearchPathPlugin):
    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        search_path.append(provider="lab", path="pkg://shared_conf")
