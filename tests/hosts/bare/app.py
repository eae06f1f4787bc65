"""No config file: everything comes with `+`. Its own flags come first, as argparse takes them."""

import argparse
import sys

import hydra

parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("--offset", type=float, default=0.0)
flags, rest = parser.parse_known_args()
sys.argv = [sys.argv[0], *rest]


@hydra.main(version_base=None)
def main(cfg):
    return cfg.get("lr", 0.5) + flags.offset


if __name__ == "__main__":
    main()
