"""The work under Ray Tune with its own MLflow callback: a worker process per trial, two at a time."""

import json
import os
import sys
from pathlib import Path

import yaml
from work import work


def trainable(config):
    from ray import tune

    sys.path.insert(0, str(Path(__file__).parent))
    metrics = work(config, lambda step, loss: tune.report({"step": step, "train_loss": loss}))
    tune.report(metrics)


def main(changes):
    import ray
    from ray import tune
    from ray.air.integrations.mlflow import MLflowLoggerCallback

    base = yaml.safe_load((Path(__file__).parent / "conf" / "config.yaml").read_text())
    base.pop("hydra")
    [key] = [name for name in changes[0] if name != "work"]
    space = {**base, **changes[0], key: tune.grid_search([change[key] for change in changes])}
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    callback = MLflowLoggerCallback(tracking_uri=os.environ["MLFLOW_TRACKING_URI"], experiment_name="bench")
    tune.Tuner(
        tune.with_resources(trainable, {"cpu": 1}),
        param_space=space,
        run_config=tune.RunConfig(callbacks=[callback], storage_path=str(Path.cwd() / "ray"), verbose=0),
    ).fit()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
