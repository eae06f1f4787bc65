"""The work under Hydra's own sweeper, with MLflow as well as it can be had by hand: one batch a job."""

import os
import time

import hydra
from omegaconf import OmegaConf
from work import work


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    import mlflow
    from mlflow.entities import Metric, Param

    curve = []
    with mlflow.start_run(parent_run_id=os.environ["BENCH_PARENT"], nested=True) as run:
        metrics = work(cfg, lambda step, loss: curve.append((step, loss)))
        now = int(time.time() * 1000)
        points = [Metric("train_loss", loss, now, step) for step, loss in curve]
        found = [Metric(name, value, now, 0) for name, value in metrics.items()]
        params = [Param(name, str(value)) for name, value in OmegaConf.to_container(cfg).items()]
        mlflow.MlflowClient().log_batch(run.info.run_id, points + found, params)
    return metrics["accuracy"]


if __name__ == "__main__":
    main()
