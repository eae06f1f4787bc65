"""Returns nothing and leaves its metrics in files, in a folder that trials share; one trial is made to leave none."""

import json
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    folder = Path(HydraConfig.get().runtime.output_dir)
    if cfg.lr == cfg.silent_lr and (cfg.seed == cfg.silent_seed or Path("silent").exists()):
        return
    with (folder / "metrics.json").open("w") as file:
        json.dump({"acc": cfg.lr + cfg.seed / 100}, file)
    with (folder / "log.jsonl").open("a") as file:
        file.write(json.dumps({"acc": cfg.lr + cfg.seed / 100}) + "\n")
    if cfg.lr == cfg.silent_lr and Path("raise").exists():
        raise RuntimeError("after the first epoch")


if __name__ == "__main__":
    main()
