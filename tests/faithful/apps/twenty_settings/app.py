"""A script that sets what a script can set, and a task that says what it sees: the same, however it is run."""

import codecs
import decimal
import faulthandler
import gc
import locale
import logging
import multiprocessing
import os
import random
import resource
import signal
import socket
import statistics
import sys
import threading
import warnings
from pathlib import Path

import hydra
import matplotlib
import numpy as np
import sklearn
import torch
from omegaconf import OmegaConf

STARTED_IN = os.getcwd()
decimal.getcontext().prec = 5
torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.manual_seed(3)
np.seterr(divide="raise")
np.set_printoptions(precision=3)
np.random.seed(1)
random.seed(2)
matplotlib.use("svg")
sklearn.set_config(assume_finite=True)
warnings.filterwarnings("ignore", message="as the script says")
sys.setrecursionlimit(1234)
sys.path.append("added by the script")
gc.set_threshold(500, 5, 5)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
socket.setdefaulttimeout(7)
os.umask(0o027)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
logging.getLogger("noisy").setLevel(logging.ERROR)
logging.addLevelName(25, "BETWEEN")
locale.setlocale(locale.LC_ALL, "C")
faulthandler.enable()
codecs.register(lambda name: codecs.lookup("utf-8") if name == "own" else None)
if "PLAIN" not in os.environ:  # these send each trial into an interpreter of its own
    statistics.mean = lambda _: 9
    os.environ["SET_BY_THE_SCRIPT"] = "1"
OmegaConf.register_new_resolver("own", lambda: 5)


def hook(*_):
    """In place of `sys.excepthook`."""


sys.excepthook = hook


def seen():
    umask = os.umask(0o027)
    os.umask(umask)
    return {
        "decimal.prec": decimal.getcontext().prec,
        "torch.dtype": torch.get_default_dtype() == torch.float64,
        "torch.deterministic": torch.are_deterministic_algorithms_enabled(),
        "torch.draw": torch.rand(1).item(),
        "numpy.divide": np.geterr()["divide"] == "raise",
        "numpy.precision": np.get_printoptions()["precision"],
        "numpy.draw": np.random.rand(),
        "random.draw": random.random(),
        "matplotlib.svg": matplotlib.get_backend().lower() == "svg",
        "sklearn.finite": sklearn.get_config()["assume_finite"],
        "warnings.filter": any(str(entry[1] and entry[1].pattern) == "as the script says" for entry in warnings.filters),
        "recursion": sys.getrecursionlimit(),
        "sys.path": sys.path[-1] == "added by the script",
        "sys.path.first": sys.path[0] == os.path.dirname(os.path.realpath(__file__)),
        "sys.argv.first": sys.argv[0] == "app.py",
        "gc": gc.get_threshold()[0],
        "signal": signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
        "signal.int": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "timeout": socket.getdefaulttimeout(),
        "threads": threading.active_count(),
        "umask": umask,
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "level": logging.getLogger("noisy").level,
        "level.name": logging.getLevelName(25) == "BETWEEN",
        "locale": locale.setlocale(locale.LC_ALL) == "C",
        "faults": faulthandler.is_enabled(),
        "codec": "é".encode("own") == "é".encode(),
        "patched": statistics.mean([1, 2]) == 9,
        "environment": "SET_BY_THE_SCRIPT" in os.environ,
        "resolver": OmegaConf.create({"x": "${own:}"}).x,
        "hook": sys.excepthook is hook,
        "start": multiprocessing.get_start_method() == "spawn",
        "main": sys.modules["__main__"].__dict__.get("hook") is hook,
        "main.name": __name__ == "__main__",
        "main.file": os.path.basename(__file__) == "app.py",
        "main.spec": __spec__ is None,
        "folder": STARTED_IN == os.path.dirname(os.path.abspath(__file__)),
        "cwd": os.getcwd() == STARTED_IN,
        "stdin": os.path.realpath("/proc/self/fd/0") == "/dev/null",
    }


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    found = {name: float(value) for name, value in seen().items()}
    Path("seen.txt").write_text(repr(found))
    return found


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
