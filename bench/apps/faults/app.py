"""A trial of some tens of milliseconds, with a curve."""

import time

import hydra

import oneaxis


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    for step in range(3):
        oneaxis.log(step, loss=cfg.x)
        time.sleep(0.02)
    return {"score": cfg.x}


if __name__ == "__main__":
    main()
