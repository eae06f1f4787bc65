import os
import time
from pathlib import Path

import hydra


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    if cfg.lr == 0.2 and os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in (0, 1, 2):
                os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
            Path("daemon").write_text(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
