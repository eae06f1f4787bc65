"""Resolvers of every kind: computed, remembered, registered late; and defaults that follow a choice."""

import random

import hydra
from omegaconf import OmegaConf

OmegaConf.register_new_resolver("eval", eval)
OmegaConf.register_new_resolver("run_id", lambda: f"{random.getrandbits(32):08x}", use_cache=True)
OmegaConf.register_new_resolver("fan_in", lambda width, *, _parent_: width * _parent_.depth)


def train(cfg):
    OmegaConf.register_new_resolver("late", lambda number: number + 1, replace=True)
    assert cfg.name.startswith("run-")
    assert cfg.name == cfg.name
    return {"score": cfg.model.units + cfg.twice + cfg.later, "lr": cfg.tuned.lr}


main = hydra.main(version_base="1.2", config_path="conf", config_name="config")(train)

if __name__ == "__main__":
    main()
