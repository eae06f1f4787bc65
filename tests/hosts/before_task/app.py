"""Jobs whose folder, logging or environment can be impossible: Hydra makes all three before the task starts."""

import sys

import hydra
from hydra.experimental.callback import Callback


class Leaves(Callback):
    def on_job_start(self, config, **_):
        if config.leaves:
            sys.exit(3)


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
