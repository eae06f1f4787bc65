"""An app whose author makes the small mistakes that everybody makes."""

import os

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"score": cfg.lr + float(os.environ.get("BOOST", "0")), "other": 1.0}


if __name__ == "__main__":
    main()
