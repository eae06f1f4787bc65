"""A model that is trained by gradients, as far as anyone can see; its score is made up, so that it takes no time."""

import math
import random
import sys
from pathlib import Path

import hydra

sys.path.append(str(Path(__file__).parent / "site-packages"))  # a stand-in: the real ones take long to load
import jax  # noqa: F401


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    best = {"adam": 0.7, "sgd": cfg.sgd}[cfg.optimizer.name]
    rate = {"adam": 0.01, "sgd": 0.1}[cfg.optimizer.name]
    lost = 0.2 * abs(math.log10(cfg.optimizer.lr / rate))
    noise = random.Random(f"{cfg.seed} {cfg.optimizer}").gauss(0, 0.005)
    return {"val_accuracy": best - lost + noise}


if __name__ == "__main__":
    main()
