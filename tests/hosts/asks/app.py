"""An app with a sweeper of its own that must be told where its data lie; the seed has a name of its own."""

import random

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    assert cfg.data_root == "/data"
    noise = random.Random(f"{cfg.random_state} {cfg.lr}").gauss(0, 0.002)
    return {"val_loss": 1 + cfg.lr + noise, "gain": cfg.lr + noise}


if __name__ == "__main__":
    main()
