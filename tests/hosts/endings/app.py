"""A task that ends in whatever way its config says."""

import os
import signal
import sys

import hydra

RETURNED = {
    "good": {"score": 1.0},
    "none": None,
    "text": {"score": "high"},
    "not_a_number": {"score": float("nan")},
    "empty": {},
}


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    match cfg.ending:
        case "raise":
            raise ValueError("the data are gone\nand nobody knows where")
        case "exit":
            sys.exit(3)
        case "exit_well":
            sys.exit(0)
        case "wait":
            print("waiting", flush=True)
            signal.pause()
        case "interrupt":
            raise KeyboardInterrupt
        case "kill":
            os._exit(9)
    return RETURNED[cfg.ending]


if __name__ == "__main__":
    main()
