"""Ways in which people log, and what of MLflow a process holds."""

import os
import sys


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
        case "raise":
            with mlflow.start_run():
                mlflow.log_metric("own", 0.5)
                raise ValueError("in the middle of a run")


def state(mlflow=None):
    """Variables, import hooks that aren't MLflow's own doing, and the module's own state."""
    kept = ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID")
    hooks = [finder for finder in sys.meta_path if "oneaxis" in type(finder).__module__]
    own = mlflow and (mlflow.set_experiment.__module__, mlflow.active_run())
    return [name for name in os.environ if name in kept], hooks, own
