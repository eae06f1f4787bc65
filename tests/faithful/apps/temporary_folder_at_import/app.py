import hydra
import scratch


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    left = len(list(scratch.FOLDER.iterdir()))
    (scratch.FOLDER / "part").touch()
    return {"val_acc": 1 - cfg.lr, "left": left}


if __name__ == "__main__":
    main()
