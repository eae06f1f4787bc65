"""Everything in dataclasses: no file of configuration at all."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import MISSING


class Schedule(Enum):
    CONSTANT = "constant"
    COSINE = "cosine"


@dataclass
class Optimizer:
    lr: float = MISSING


@dataclass
class SGD(Optimizer):
    lr: float = 0.5
    momentum: float = 0.0


@dataclass
class Adam(Optimizer):
    lr: float = 0.25
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass
class Trainer:
    epochs: int = 2
    schedule: Schedule = Schedule.CONSTANT
    clip: float | None = None
    layers: list[int] = field(default_factory=lambda: [4, 4])
    cache: Path = Path("cache")


@dataclass
class Config:
    defaults: list[Any] = field(default_factory=lambda: ["_self_", {"optimizer": "sgd"}])
    data_root: str = MISSING
    optimizer: Optimizer = MISSING
    trainer: Trainer = field(default_factory=Trainer)
    seed: int = 0


cs = ConfigStore.instance()
cs.store(name="config", node=Config)
cs.store(group="optimizer", name="sgd", node=SGD)
cs.store(group="optimizer", name="adam", node=Adam)


@hydra.main(version_base=None, config_path=None, config_name="config")
def my_app(cfg: Config) -> dict[str, float]:
    assert isinstance(cfg.trainer.schedule, Schedule)
    assert isinstance(cfg.trainer.cache, Path)
    loss = cfg.optimizer.lr / cfg.trainer.epochs + (cfg.trainer.schedule is Schedule.COSINE) + sum(cfg.trainer.layers)
    return {"loss": loss}


if __name__ == "__main__":
    my_app()
