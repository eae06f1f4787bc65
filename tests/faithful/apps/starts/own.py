import argparse
import os
import sys

import facts
import hydra

parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("--own", type=int, default=0)
OWN, rest = parser.parse_known_args()
sys.argv[1:] = rest
os.makedirs("elsewhere", exist_ok=True)
os.chdir("elsewhere")


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return facts.tell(main, cfg.lr, own=OWN.own)


if __name__ == "__main__":
    main()
