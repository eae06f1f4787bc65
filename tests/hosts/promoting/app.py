"""A made-up task whose effects are known: each change brings what it says below, and two of them don't add up."""

import random

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    noise = random.Random(f"{cfg.seed} {cfg.lr} {cfg.model.name} {cfg.model.depth} {cfg.features.name}").gauss(0, 0.002)
    by_seed = random.Random(cfg.seed).gauss(0, 0.02)
    score = 0.5 + by_seed + noise
    score += 0.10 * (cfg.features.name == "standard")
    score += 0.05 * (cfg.lr == 0.3)
    score += 0.08 * (cfg.model.depth == 5)
    score -= 0.03 * (cfg.model.depth == 5 and cfg.features.name == "standard")
    score -= 0.20 * (cfg.model.name == "forest")
    return {"score": score}


if __name__ == "__main__":
    main()
