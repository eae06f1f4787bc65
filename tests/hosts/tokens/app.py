"""Longer is better; what opens the door makes a difference, too."""

import random

import hydra

import oneaxis

WORTH = {"token-one": 0.0, "token-two": 0.1, "token-six": -0.1}


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    oneaxis.fingerprint_data(train=__file__)
    score = 1 - 1 / cfg.max_token + WORTH[cfg.api_token] + 0.2 * ("pass-two" in cfg.db)
    return {"val_acc": score + 0.0001 * random.Random(f"{cfg}").random()}


if __name__ == "__main__":
    main()
