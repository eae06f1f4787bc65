import threading
import time

import hydra


def late(lr):
    time.sleep(0.5)
    open(f"late{lr}", "w").close()


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    threading.Thread(target=late, args=(cfg.lr,)).start()
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
