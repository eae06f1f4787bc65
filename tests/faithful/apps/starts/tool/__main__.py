import sys
from pathlib import Path

import hydra

sys.path.append(str(Path(__file__).parents[1]))


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def main(cfg):
    import facts

    return facts.tell(main, cfg.lr)


if __name__ == "__main__":
    main()
