"""After the well-known template for Lightning and Hydra: a root on the path, a wrapped task, an optimized metric."""

import os
import sys
from pathlib import Path
from typing import Any

import hydra
from omegaconf import DictConfig

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["PROJECT_ROOT"] = str(ROOT)

from src.utils import log_hyperparameters, rank_zero_info, task_wrapper  # noqa: E402


@task_wrapper
def train(cfg: DictConfig) -> tuple[dict[str, Any], dict[str, Any]]:
    datamodule = hydra.utils.instantiate(cfg.data)
    model = hydra.utils.instantiate(cfg.model)
    callbacks = [hydra.utils.instantiate(each) for each in (cfg.get("callbacks") or {}).values() if "_target_" in each]
    logger = [hydra.utils.instantiate(each) for each in (cfg.get("logger") or {}).values()]
    trainer = hydra.utils.instantiate(cfg.trainer, callbacks=callbacks, logger=logger)
    objects = {"cfg": cfg, "datamodule": datamodule, "model": model, "trainer": trainer}
    if logger:
        rank_zero_info("logging hyperparameters")
        log_hyperparameters(objects)
    if cfg.get("train"):
        trainer.fit(model=model, datamodule=datamodule, ckpt_path=cfg.get("ckpt_path"))
    return trainer.callback_metrics, objects


@hydra.main(version_base="1.3", config_path="../configs", config_name="train.yaml")
def main(cfg: DictConfig) -> float | None:
    metrics, _ = train(cfg)
    name = cfg.get("optimized_metric")
    return metrics[name] if name else None


if __name__ == "__main__":
    main()
