"""Train one model on one data set, as the reference in conf/ says, and report its metrics.

python train.py                      the reference: handwritten digits, a support vector classifier
python train.py model.C=0.1          the same with one thing changed
python train.py --config-name mnist1d
python train.py --help
"""

import hydra
from omegaconf import DictConfig


@hydra.main(version_base="1.3", config_path="conf", config_name="reference")
def main(cfg: DictConfig) -> dict[str, float]:
    """Run the task that `cfg` describes."""
    from oneaxis.tasks.task import run  # noqa: PLC0415 - keeps --help and shell completion quick

    return run(cfg)


if __name__ == "__main__":
    main()
