import hydra
import multiprocessing as mp
import time


def late(lr):
    time.sleep(1)
    open(f"late{lr}", "w").close()


@hydra.main(version_base="1.3", config_path='conf', config_name="config")
def main(cfg):
    mp.get_context("fork").Process(target=late, args=(cfg.lr,)).start()
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
