"""A plain script."""

import facts
import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return facts.tell(main, cfg.lr)


if __name__ == "__main__":
    main()
