"""The floor: the same jobs in processes that have everything imported, nothing composed, nothing recorded.

Prints the seconds that the jobs alone took, imports and start not counted.
"""

import json
import multiprocessing
import sys
import time
from pathlib import Path

import yaml
from work import work


def job(change):
    config = yaml.safe_load((Path(__file__).parent / "conf" / "config.yaml").read_text())
    return work({**config, **change})


def main(processes, changes):
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        pool.map(job, [{**changes[0]}] * processes, chunksize=1)  # warm each process
        started = time.perf_counter()
        pool.map(job, changes, chunksize=1)
        print(f"inner {time.perf_counter() - started:.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
