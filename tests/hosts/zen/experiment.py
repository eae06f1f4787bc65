"""A script that makes its configs with hydra-zen and launches its study itself."""

import sys

from hydra_zen import builds, launch, make_config, zen


class Model:
    def __init__(self, width: int, activation: str = "relu"):
        self.width = width
        self.activation = activation


def train(model: Model, lr: float, seed: int) -> dict:
    assert isinstance(model, Model)
    return {"val_loss": lr + model.width}


ModelConf = builds(Model, populate_full_signature=True, width=2)
Config = make_config(model=ModelConf, lr=0.5, seed=0)

if __name__ == "__main__":
    [jobs] = launch(
        Config,
        zen(train),
        version_base="1.3",
        multirun=True,
        overrides=sys.argv[1:],
        job_name="zen_launch",
    )
    print("returned:", [job.return_value for job in jobs])
