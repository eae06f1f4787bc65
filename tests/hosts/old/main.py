"""Written for Hydra 1.1: the job starts in its own folder, and leaves its results there."""

import json
from pathlib import Path

import hydra
from hydra.utils import get_original_cwd, to_absolute_path


@hydra.main(version_base="1.1", config_path="conf", config_name="config")
def main(cfg):
    data = json.loads(Path(to_absolute_path("data.json")).read_text())
    assert Path(get_original_cwd()) == Path(__file__).parent
    accuracy = cfg.model.width * data["gain"] + cfg.lr
    Path("metrics.json").write_text(json.dumps({"val": {"accuracy": accuracy, "n": 4}, "model": cfg.model.name}))


if __name__ == "__main__":
    main()
