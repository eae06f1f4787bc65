"""An app whose trials may differ from `python app.py` in what a library saw, and in how its task ends."""

import atexit
import json
import os
import sys
import warnings
from dataclasses import field, make_dataclass
from enum import Enum
from pathlib import Path

import curious
import hydra
import numpy as np
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

FIRST = [float(generator.random()) for generator in curious.GENERATORS]


class Mode(Enum):
    SLOW = 1
    FAST = 2


Inner = make_dataclass("Inner", [("mode", Mode, Mode.FAST)])
Conf = make_dataclass(
    "Conf", [("do", str, "nothing"), ("x", int, 1), ("seed", int, 0), ("inner", Inner, field(default_factory=Inner))]
)
ConfigStore.instance().store("config", Conf)


def told(**facts):
    with Path(os.environ["FACTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"do": os.environ.get("DOES"), **facts}) + "\n")


def warned():
    try:
        warnings.warn("a bad value", stacklevel=1)
    except UserWarning:
        return "raised"
    return "told"


@atexit.register
def at_exit():
    told(exit=os.environ.get("DOES"))


@hydra.main(version_base="1.3", config_path=None, config_name="config")
def main(cfg):
    os.environ["DOES"] = cfg.do
    told(
        program=curious.PROGRAM,
        numbers=[float(generator.random()) for generator in curious.GENERATORS],
        warned=warned(),
        classes=[cfg.inner.mode is Mode.FAST, OmegaConf.get_type(cfg) is Conf, OmegaConf.get_type(cfg.inner) is Inner],
        buffered=not sys.stdout.write_through,
    )
    if cfg.do == "fork" and os.fork() == 0:
        return {"score": -100.0}
    if cfg.do == "fork":
        os.wait()
    if cfg.do == "close":
        os.closerange(3, 100)
        for number in range(9):  # under the numbers of what was closed
            own.append(os.open(f"own{number}", os.O_CREAT | os.O_WRONLY))
    if cfg.do == "huge":
        return Huge(score=float(cfg.x))
    return {"score": float(cfg.x)}


class Huge(dict):
    """A mapping that brings 100 MB."""

    def __init__(self, **metrics):
        super().__init__(metrics)
        self.array = np.ones(12_500_000)


own = []
for _ in range(int(os.environ.get("CALLS", "1"))):
    main()
told(below=os.environ.get("DOES"), own=[os.fstat(file).st_size for file in own])
