"""A command line that hydra-zen makes of a function's signature."""

from hydra_zen import builds, store, zen
from network import Network, small, wide


def task(model: Network, lr: float = 0.5, seed: int = 0) -> float:
    return lr + model.width


store(small, group="model", name="small")
store(wide, group="model", name="wide")
store(
    builds(task, populate_full_signature=True, hydra_defaults=["_self_", {"model": "small"}]),
    name="task",
)

if __name__ == "__main__":
    store.add_to_hydra_store()
    zen(task).hydra_main(config_name="task", config_path=None, version_base="1.3")
