"""The work under Hydra's own sweeper, with MLflow's fluent calls as in every tutorial."""

import os

import hydra
from omegaconf import OmegaConf
from work import work


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    import mlflow

    mlflow.set_experiment("bench")
    with mlflow.start_run(parent_run_id=os.environ["BENCH_PARENT"], nested=True):
        for name, value in OmegaConf.to_container(cfg).items():
            mlflow.log_param(name, value)
        metrics = work(cfg, lambda step, loss: mlflow.log_metric("train_loss", loss, step=step))
        for name, value in metrics.items():
            mlflow.log_metric(name, value)
    return metrics["accuracy"]


if __name__ == "__main__":
    main()
