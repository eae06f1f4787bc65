"""The author decides where everything goes: folders named after overrides, no `.hydra`, no log file."""

import os
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    Path("weights.txt").write_text(str(cfg.lr))
    assert Path.cwd() == Path(HydraConfig.get().runtime.output_dir)
    assert os.environ["LAB"] == "1"
    return {"acc": cfg.lr * cfg.seed, "loss": 1 - cfg.lr}


if __name__ == "__main__":
    main()
