import hydra
from omegaconf import OmegaConf


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val_acc": 1 - cfg.lr, "twice": cfg.twice}


if __name__ == "__main__":
    OmegaConf.register_new_resolver("twice", lambda number: 2 * number)
    main()
