"""The app of the README's first example: each model brings its own data."""

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"accuracy": 0.9}


if __name__ == "__main__":
    main()
