"""Groups within groups, the same group twice, several options of one group, absolute and `_here_` packages."""

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    plugs = sum(plug.gain for plug in cfg.plugs.values())
    return {"score": cfg.encoder.width + 100 * cfg.decoder.width + 1000 * cfg.server.db.port + plugs + cfg.bias}


if __name__ == "__main__":
    main()
