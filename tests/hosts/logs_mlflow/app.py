"""A task that uses MLflow itself, imported where it is needed."""

import importlib.util
import sys

import hydra
from uses import state, use


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    loaded_before = "mlflow" in sys.modules
    there = importlib.util.find_spec("mlflow")  # as many libraries do
    if there and cfg.how != "not at all":
        import mlflow

        use(mlflow, cfg.how)
    return {"score": 1.0, "loaded_before": float(loaded_before)}


if __name__ == "__main__":
    before = state()
    try:
        main()
    finally:
        print(f"before: {before}; after: {state()}")
