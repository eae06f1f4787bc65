import hydra

from . import words


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    import facts

    return facts.tell(main, cfg.lr, word=words.WORD)


if __name__ == "__main__":
    main()
