"""One script that defines all: its classes are pickled, its functions run in pools, `_target_` names `__main__`."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig


class Net:
    def __init__(self, width):
        self.width = width


class Wide(Net):
    def __init__(self, width):
        super().__init__(4 * width)


def square(number):
    return number * number


@hydra.main(version_base="1.3", config_path=".", config_name="config")
def main(cfg):
    net = hydra.utils.instantiate(cfg.net)
    path = Path(HydraConfig.get().runtime.output_dir) / "model.pkl"
    path.write_bytes(pickle.dumps(net))
    assert type(pickle.loads(path.read_bytes())) is type(net)
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        [area] = pool.map(square, [net.width])
    return {"area": area, "lr": cfg.lr}


if __name__ == "__main__":
    main()
