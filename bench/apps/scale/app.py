"""A task that takes no time."""

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"score": float(cfg.x)}


if __name__ == "__main__":
    main()
