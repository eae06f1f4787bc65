import os

import hydra

os.chdir("inner")


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val_acc": 1 - cfg.lr, "here": float(os.path.basename(os.getcwd()) == "inner")}


if __name__ == "__main__":
    main()
