"""An app whose author keeps axes in files, and chose the sweeper in the config."""

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val/score": cfg.lr + cfg.model.width / 100 + cfg.features.parts / 10 + cfg.epochs / 1000}


if __name__ == "__main__":
    main()
