"""Takes any value that a configuration can hold."""

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"length": len(str(cfg.text)), "odd/name %": len(cfg.many)}


if __name__ == "__main__":
    main()
