"""Train a model of the lab. Run as `python -m lab.train`."""

import logging

import hydra
from omegaconf import DictConfig

from lab.models import score

log = logging.getLogger(__name__)


@hydra.main(version_base="1.3", config_path="pkg://lab.conf", config_name="train")
def main(cfg: DictConfig) -> float:
    log.info("training %s", cfg.model.name)
    return score(cfg)


if __name__ == "__main__":
    main()
