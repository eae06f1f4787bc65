"""An app with values that are drawn anew whenever they are read."""

import random

import hydra
from omegaconf import OmegaConf

OmegaConf.register_new_resolver("draw", random.random)


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"score": cfg.lr}


if __name__ == "__main__":
    main()
