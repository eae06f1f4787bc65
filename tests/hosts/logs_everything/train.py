"""A task that keeps its own books in MLflow, in every way that people do, and returns nothing."""

import hydra
import mlflow
from mlflow import MlflowClient, set_experiment, set_tracking_uri, start_run

mlflow.set_tracking_uri("sqlite:///elsewhere.db")


def book(own=0.5):
    mlflow.log_metric("val_acc", own)
    mlflow.log_param("mine", "yes")


def by_client(client):
    run = client.create_run("0", tags={"made": "by hand"})
    client.log_metric(run.info.run_id, "val_acc", 0.5)
    client.set_terminated(run.info.run_id)
    client.create_run("0", run_name="by hand, too")


def fit(cfg):
    match cfg.how:
        case "log_metric":
            book()
        case "experiment_by_name":
            set_experiment("my experiments")
            with start_run(run_name="my name", tags={"mine": "too"}, description="a note"):
                book()
        case "experiment_id":
            with mlflow.start_run(experiment_id="0", nested=True):
                book()
        case "elsewhere":
            set_tracking_uri("sqlite:///another.db")
            with mlflow.start_run(run_name="elsewhere"):
                book()
        case "twice":
            with mlflow.start_run(run_name="train"):
                book()
            with mlflow.start_run(run_name="evaluate"):
                mlflow.log_param("mine", "another")
        case "nested":
            with mlflow.start_run():
                book()
                with mlflow.start_run(run_name="inner", nested=True):
                    mlflow.log_metric("fold", 1)
        case "client":
            by_client(MlflowClient())
        case "same_param":
            mlflow.log_param("how", "my own words")
            book()
        case "autolog":
            from sklearn.linear_model import LogisticRegression

            mlflow.sklearn.autolog(log_models=False, silent=True)
            LogisticRegression(C=2.0).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
            mlflow.log_metric("val_acc", 0.5)


@hydra.main(version_base="1.3", config_path=None, config_name="config")
def main(cfg):
    fit(cfg)


if __name__ == "__main__":
    from hydra.core.config_store import ConfigStore

    ConfigStore.instance().store("config", {"how": "log_metric", "seed": 0})
    main()
