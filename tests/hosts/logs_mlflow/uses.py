"""Ways in which people log, and what of MLflow a process holds."""

import os
import sys

TRACKING = os.environ.get("MLFLOW_TRACKING_URI")  # loggers look when they are imported


def use(mlflow, how):
    match how:
        case "log_metric":
            mlflow.log_metric("own", 0.5)
        case "start_run":
            with mlflow.start_run():
                mlflow.log_metric("own", 0.5)
                mlflow.log_param("mine", "yes")
        case "set_experiment":
            mlflow.set_experiment("my experiments")
            with mlflow.start_run(nested=True):
                mlflow.log_metric("own", 0.5)
        case "left_open":
            mlflow.start_run()
            mlflow.log_metric("own", 0.5)
        case "parent_run_id":
            with mlflow.start_run(parent_run_id="0" * 32):
                mlflow.log_metric("own", 0.5)
        case "logger" | "another logger":
            log_as_lightning(mlflow)
        case "ends":
            with mlflow.start_run():
                mlflow.log_metric("own", 0.5)
                mlflow.start_run(run_name="inner", nested=True)
                os._exit(5)
        case "raise":
            with mlflow.start_run():
                mlflow.log_metric("own", 0.5)
                raise ValueError("in the middle of a run")


def log_as_lightning(mlflow):
    """What `lightning.pytorch.loggers.MLFlowLogger(experiment_name=…)` does with its client."""
    client = mlflow.MlflowClient(TRACKING)
    mlflow.set_tracking_uri(client.tracking_uri)
    found = client.get_experiment_by_name("lightning_logs")
    place = client.create_experiment("lightning_logs") if found is None else found.experiment_id
    run = client.create_run(place, tags={"mlflow.runName": "its own"}).info.run_id
    client.log_batch(run, metrics=[mlflow.entities.Metric("own", 0.5, 0, 0)])
    client.set_terminated(run, "FINISHED")
    assert client.get_experiment_by_name("lightning_logs").experiment_id == place


def state(mlflow=None):
    """Variables, import hooks that aren't MLflow's own doing, and the module's own state."""
    kept = ("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID")
    kept += ("ONEAXIS_TRACKING_URI",)
    hooks = [finder for finder in sys.meta_path if "oneaxis" in type(finder).__module__]
    own = mlflow and (mlflow.set_experiment.__module__, mlflow.active_run())
    return [name for name in os.environ if name in kept], hooks, own
