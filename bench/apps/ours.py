"""The work under oneaxis: the task returns its metrics and logs its curve, and knows of no tracker."""

import hydra
from work import work

import oneaxis


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return work(cfg, lambda step, loss: oneaxis.log(step, train_loss=loss))


if __name__ == "__main__":
    main()
