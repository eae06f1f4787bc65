import random

import hydra


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    if cfg.fail:
        raise ValueError("told to")
    noise = random.Random(f"{cfg.seed} {cfg.shift} {cfg.other}").gauss(0, 0.01)
    return {"val_accuracy": 0.5 + cfg.shift + noise}


if __name__ == "__main__":
    main()
