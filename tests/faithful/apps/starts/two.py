import facts
import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def first(cfg):
    return facts.tell(first, cfg.lr)


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def second(cfg):
    return facts.tell(second, cfg.lr)


if __name__ == "__main__":
    first()
    second()
