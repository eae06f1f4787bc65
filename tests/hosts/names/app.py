"""An app whose task does to its job folder what it likes: files of any name, nothing left in it."""

import os
import shutil
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig

import oneaxis

NAMES = (
    "record.json", "curves.jsonl", "predictions.npz", "running.json", "fault.txt", "tracking.json", "tracking.request",
    "attempts", "study.json", "comparison.json", "report.html", "tracking.log",
)  # fmt: skip


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    out = Path(HydraConfig.get().runtime.output_dir)
    oneaxis.log(1, loss=cfg.lr)
    if cfg.how == "removed":
        shutil.rmtree(out)
    if cfg.how == "elsewhere":
        os.chdir(out.parent)
    if cfg.how == "copies":
        for other in out.parent.glob("*/record.json"):
            shutil.copytree(other.parent, out, dirs_exist_ok=True)
    if cfg.how == "folders":
        for name in NAMES:
            (out / name).mkdir(exist_ok=True)
    if cfg.how in ("files", "dies"):
        for name in NAMES:
            (out / name).write_text('{"mine": 1}')
    if cfg.how == "dies" and cfg.lr == 0.2 and not (out.parent / "died").exists():
        (out.parent / "died").touch()
        os.kill(os.getpid(), 9)
    oneaxis.log(2, loss=cfg.lr / 2)
    oneaxis.predictions([1, 2], [0, 1], [0, cfg.lr > 0.1])
    return {"acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
