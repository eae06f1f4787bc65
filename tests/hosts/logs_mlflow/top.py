"""The same task, with the import where most people write it."""

import hydra
import mlflow
from uses import state, use


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    if cfg.how != "not at all":
        use(mlflow, cfg.how)
    return {"score": 1.0}


if __name__ == "__main__":
    before = state(mlflow)
    try:
        main()
    finally:
        print(f"before: {before}; after: {state(mlflow)}")
