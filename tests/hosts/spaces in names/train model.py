"""Names with spaces, everywhere where a name may stand."""

import hydra


@hydra.main(version_base="1.3", config_path="my configs", config_name="my config")
def main(cfg):
    return {"top 1 accuracy": cfg["learning rate"] * cfg.steps + len(cfg.data.name), "loss (test)": 1.0}


if __name__ == "__main__":
    main()
