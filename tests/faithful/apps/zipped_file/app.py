import gzip

import hydra

OUT = []


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    OUT.append(gzip.open(f"{cfg.lr}.csv.gz", "wt"))
    OUT[-1].write("1,2,3")
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
