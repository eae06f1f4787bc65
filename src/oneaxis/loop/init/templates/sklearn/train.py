"""Train one model, as the reference in conf/ says, and report its metrics.

python train.py                  the reference
python train.py -m               the study in conf/axes/default.yaml
python train.py --help
"""

import hydra
from omegaconf import DictConfig


@hydra.main(version_base="1.3", config_path="conf", config_name="reference")
def main(cfg: DictConfig) -> dict[str, float]:
    """Run the task that `cfg` describes. Verdicts use the validation metric; the test's is for the end."""
    import oneaxis

    with oneaxis.phase("load"):
        train, validation, test = load(cfg.data)
    oneaxis.fingerprint_data(train=train, evaluation=validation)
    with oneaxis.phase("fit"):
        model = fit(cfg.model, *train, seed=cfg.seed)
    return {"val_accuracy": model.score(*validation), "test_accuracy": model.score(*test)}


def load(data: DictConfig) -> tuple[tuple, tuple, tuple]:
    """Replace this: your own data, split by its own key, so that a seed changes training only."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, test_size=data.test, random_state=data.split_seed, stratify=y)
    x, x_val, y, y_val = train_test_split(x, y, test_size=data.validation, random_state=data.split_seed, stratify=y)
    return (x, y), (x_val, y_val), (x_test, y_test)


def fit(model: DictConfig, x, y, seed: int):
    """Replace this: your own model and training."""
    estimator = hydra.utils.instantiate(model, random_state=seed)
    return estimator.fit(x, y)


if __name__ == "__main__":
    main()
