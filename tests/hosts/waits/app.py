"""Trials that wait for a file named after their value; the reference doesn't wait."""

import time
from pathlib import Path

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    while cfg.x > 1 and not Path(f"go {cfg.x}").exists():
        time.sleep(0.05)
    return {"score": cfg.x}


if __name__ == "__main__":
    main()
