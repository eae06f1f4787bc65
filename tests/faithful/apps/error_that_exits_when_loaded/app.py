import hydra


class Refused(Exception):
    def __reduce__(self):
        return exit, (7,)


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    if cfg.lr == 0.2:
        raise Refused("no")
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
