"""Its author sweeps a grid on joblib, whatever the command line says: all is in the config."""

import hydra


@hydra.main(version_base=None, config_path="conf", config_name="config")
def train(cfg):
    return cfg.x + cfg.y


if __name__ == "__main__":
    train()
