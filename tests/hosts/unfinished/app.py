"""An app whose configuration leaves things open, and has neither a seed nor numbers everywhere."""

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"score": 1.0}


if __name__ == "__main__":
    main()
