"""Values of every shape: texts, lists, dicts, lists of dicts, a group placed elsewhere."""

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"score": 1.0, "recall@5": 0.5}


if __name__ == "__main__":
    main()
