"""An app that brings its own command line, of the kind that HOW names; with ODD it prints a byte that is no text."""

import os
import sys
from pathlib import Path

import hydra

OURS = ["hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false"]
LINES = {
    "a study": [["-m", *OURS, "lr=0.2,0.3"]],
    "several studies": [["-m", *OURS, "lr=choice(0.2)"], ["-m", *OURS, "lr=choice(0.3)"]],
    "a single run": [["lr=0.2"]],
    "a recorded run": [["lr=0.2", *OURS, "hydra/callbacks=oneaxis"]],
    "another sweeper": [["-m", "lr=0.2,0.3"]],
}


def task(cfg):
    with Path("ran.txt").open("a") as ran:
        ran.write("x")
    return {"val_acc": 1 - cfg.lr}


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return task(cfg)


def launch_with_zen(multirun):
    from hydra_zen import launch, make_config

    overrides = [*OURS, "lr=0.2,0.3"] if multirun else ["lr=0.2"]
    done = launch(make_config(lr=0.1, seed=0), task, version_base="1.3", overrides=overrides, multirun=multirun)
    print(done[0][0].return_value)


if __name__ == "__main__":
    if "ODD" in os.environ:
        sys.stdout.buffer.write(b"\xe9\n")
        sys.stdout.flush()
    how = os.environ.get("HOW")
    if how in ("zen", "zen, a single run"):
        launch_with_zen(how == "zen")
    for line in LINES.get(how, [sys.argv[1:]]):
        sys.argv[1:] = line
        try:
            main()
        except BaseException:  # what a script does that wants to come to its end
            if line is LINES.get(how, [line])[-1]:
                raise
