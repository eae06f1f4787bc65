"""Its author edits a config file while the study runs: here the trials of the small model do it."""

from pathlib import Path

import hydra

FILE = Path(__file__).parent / "conf" / "model" / "large.yaml"


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    if cfg.model.name == "small":
        FILE.write_text("name: large\nwidth: 1000\n")
    return {"score": cfg.model.width + cfg.lr}


if __name__ == "__main__":
    main()
