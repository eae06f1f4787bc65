"""An app without the `__name__` guard, with globals that can't be pickled, and with a task that may end badly."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import hydra
from omegaconf import OmegaConf

LOCK = threading.Lock()
OmegaConf.register_new_resolver("twice", lambda number: 2 * int(number))


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def train(cfg):
    with LOCK:
        if cfg.do == "exit":
            os._exit(7)
        if cfg.do == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if cfg.do == "fault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if cfg.do == "hang":
            for apart in (False, True):
                subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=apart)
            time.sleep(600)
        if cfg.do == "unpicklable":
            return {"score": Odd()}
        here = Path.cwd()
        return {
            "score": cfg.doubled,
            "threads": int(os.environ["OMP_NUM_THREADS"]),
            "process": os.getpid(),
            "in_job_folder": here == Path(hydra.core.hydra_config.HydraConfig.get().runtime.output_dir),
        }


class Odd:
    """A number that can't be pickled."""

    def __init__(self):
        self.lock = LOCK

    def __float__(self):
        return 1.5


train()
