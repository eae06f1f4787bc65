"""A threshold on one number of four rows; with claims, a ladder and a function that gives its data."""

import hydra

import oneaxis

ROWS = [0.1, 0.4, 0.6, 0.9]
LABELS = [0, 0, 1, 1]


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    predicted = [int(row > cfg.threshold) for row in ROWS]
    oneaxis.predictions(range(4), LABELS, predicted)
    correct = sum(one == other for one, other in zip(predicted, LABELS, strict=True))
    return {"val_score": correct / 4 + cfg.noise * (cfg.seed % 3 - 1), "correct": correct}


if __name__ == "__main__":
    main()
