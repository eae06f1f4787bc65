import weakref

import hydra


class Tracker:
    pass


TRACKER = Tracker()


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    weakref.finalize(TRACKER, open("bye.txt", "a").write, "x")
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
