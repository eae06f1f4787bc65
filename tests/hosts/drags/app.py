"""Choices here drag others along, each primary config in another way. The score is made up."""

import hydra
from omegaconf import OmegaConf


@hydra.main(version_base="1.3", config_path="conf", config_name="by_data")
def main(cfg):
    return {"score": float(len(OmegaConf.to_yaml(cfg, resolve=True)))}


if __name__ == "__main__":
    main()
