"""Logs in somewhere, with what its configuration and environment give it; one trial can't."""

import os

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    assert cfg.db.password == "hunter-two-2"  # the task gets the real one
    if cfg.lr > 1:
        raise ValueError(f"can't log in with {cfg.db.password} and {os.environ['SERVICE_TOKEN']}")
    return {"score": cfg.lr}


if __name__ == "__main__":
    main()
