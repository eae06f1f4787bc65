import argparse
import sys

import hydra

parser = argparse.ArgumentParser()
parser.add_argument("--scale", type=float, default=1.0)
options, sys.argv[1:] = parser.parse_known_args()


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val_acc": options.scale * (1 - cfg.lr)}


if __name__ == "__main__":
    main()
