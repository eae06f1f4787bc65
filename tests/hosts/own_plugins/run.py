"""Config files come from a search path that the lab's plugin adds, and the lab has a sweeper of its own."""

import hydra


@hydra.main(version_base="1.2", config_path="conf", config_name="run")
def run(cfg):
    return {"rows": cfg.data.rows + cfg.lr}


if __name__ == "__main__":
    run()
