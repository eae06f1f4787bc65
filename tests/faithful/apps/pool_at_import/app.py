import hydra
import pool


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val_acc": pool.POOL.submit(lambda: 1 - cfg.lr).result()}


if __name__ == "__main__":
    main()
