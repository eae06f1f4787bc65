import decimal

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"val_acc": float(decimal.Decimal(1) / 3) - cfg.lr}


if __name__ == "__main__":
    decimal.getcontext().prec = 2
    main()
