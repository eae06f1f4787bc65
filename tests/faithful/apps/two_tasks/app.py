import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def other(cfg):
    return {"val_acc": -cfg.lr}


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    other()
    main()
