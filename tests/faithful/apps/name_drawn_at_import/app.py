import hydra
import runs


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val_acc": 1 - cfg.lr, "name": int(runs.NAME, 16) % 10**9}


if __name__ == "__main__":
    main()
