"""A task that only says that it ran: a line in `ran.txt` beside the process, and seconds of sleep where asked for."""

import os
import time
from pathlib import Path

import hydra

import oneaxis

HERE = Path(os.environ.get("BENCH_HERE", "."))


@hydra.main(version_base="1.3", config_path="counted", config_name="config")
def main(cfg):
    oneaxis.fingerprint_data(train=[1.0], evaluation=[2.0])  # only what saw the same data is taken over
    time.sleep(cfg.sleep)
    with (HERE / "ran.txt").open("a") as ran:
        ran.write(f"{cfg.x}\n")
    return {"score": float(cfg.x)}


if __name__ == "__main__":
    main()
