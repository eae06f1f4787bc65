"""Callbacks of the author's own look at what the task returns, which is an object."""

import json
from dataclasses import dataclass
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig


@dataclass
class Result:
    accuracy: float
    confusion: list


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    folder = Path(HydraConfig.get().runtime.output_dir)
    (folder / "scores.jsonl").write_text("".join(json.dumps({"step": n, "acc": cfg.x * n}) + "\n" for n in range(1, 4)))
    return Result(cfg.x, [[1, 0], [0, 1]])


if __name__ == "__main__":
    main()
