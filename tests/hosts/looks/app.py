"""A task that looks around: its process, its threads, its folder."""

import os
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    here = Path(HydraConfig.get().runtime.output_dir)
    return {
        "threads": float(os.environ.get("OMP_NUM_THREADS", "0")),
        "process": float(os.getpid()),
        "started_in_its_folder": float(Path.cwd() == here),
    }


if __name__ == "__main__":
    main()
