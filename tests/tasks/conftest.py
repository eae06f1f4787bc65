"""What the tasks' tests share: a cache, the configuration as the app composes it, a trial to run it in."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf

from oneaxis.tasks.task import run as run_task
from oneaxis.trial.journal import close_journal, open_journal

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Trial:
    """What a run returned and left behind."""

    metrics: dict[str, float]
    ids: np.ndarray
    truth: np.ndarray
    predicted: np.ndarray
    curve: list[dict[str, Any]]
    phases: dict[str, float]
    data: dict[str, str]


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep generated data out of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONEAXIS_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def configure() -> Callable[..., DictConfig]:
    """Compose a reference with overrides: `configure("mnist1d", "model=cnn")`. Read-only, so that once is enough."""

    @functools.cache
    def configured(reference: str, *overrides: str) -> DictConfig:
        with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
            config = compose(reference, list(overrides))
        OmegaConf.set_readonly(config, True)
        return config

    return configured


@pytest.fixture
def run(configure: Callable[..., DictConfig]) -> Callable[..., dict[str, float]]:
    """Run a task outside any trial, and return its metrics."""
    return lambda reference, *overrides: run_task(configure(reference, *overrides))


@pytest.fixture
def trial(run: Callable[..., dict[str, float]], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Trial]:
    """Run a task within a trial of its own."""

    def ran(reference: str, *overrides: str) -> Trial:
        folder = tmp_path_factory.mktemp("trial")
        journal = open_journal(folder)
        try:
            metrics = run(reference, *overrides)
        finally:
            close_journal()
        journal.show()
        kept = np.load(folder / "predictions.npz")
        curves = folder / "curves.jsonl"
        lines = curves.read_text().splitlines() if curves.exists() else []
        return Trial(
            metrics,
            **{name: kept[name] for name in ("ids", "truth", "predicted")},
            curve=[json.loads(line) for line in lines],
            phases=journal.phases,
            data=journal.data,
        )

    return ran
