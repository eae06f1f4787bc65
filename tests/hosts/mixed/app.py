"""Its author can't leave it alone: the reference's trial edits what the other trials will load or read."""

from pathlib import Path

import hydra

import oneaxis

HERE = Path(__file__).parent


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    from net import WIDTH

    oneaxis.fingerprint_data(evaluation=HERE / "rows.csv")
    if cfg.lr == 0 and cfg.edits:
        with (HERE / cfg.edits).open("a") as stream:
            stream.write("# more\n")
    return {"score": WIDTH + cfg.lr}


if __name__ == "__main__":
    main()
