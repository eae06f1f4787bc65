"""Studies that start at the same moment on one SQLite store that isn't there yet.

`python bench/at_once.py [--studies 8]`. Each run of each study must be in it once, finished; exit status 1 otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

APP = Path(__file__).parent / "apps" / "faults"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=8)
    return at_once(parser.parse_args().studies)


def at_once(count: int) -> int:
    """So many studies at the same moment on one new store; exit status 1 unless all is in it, once."""
    root = Path(tempfile.mkdtemp(prefix="oneaxis-at-once-"))
    store = root / "store.db"
    try:
        started = time.monotonic()
        studies = []
        for number in range(count):
            app = root / f"user {number}" / "app"
            shutil.copytree(APP, app)
            command = [sys.executable, "app.py", "-m", "x=1,2,3", f"hydra.sweeper.tracking=sqlite:///{store}"]
            with (app / "output.txt").open("wb") as log:
                studies.append(subprocess.Popen(command, cwd=app, stdout=log, stderr=log))
        ends = [study.wait() for study in studies]
        seconds = time.monotonic() - started
        trials = sum(
            len(list((root / f"user {number}").glob("app/multirun/*/*/*/record.json"))) for number in range(count)
        )
        with contextlib.closing(sqlite3.connect(store)) as database:
            found = Counter(database.execute("SELECT name, status FROM runs").fetchall())
        children = sum(each for (name, status), each in found.items() if status == "FINISHED")
        good = ends == [0] * count and trials == 4 * count and children == sum(found.values()) == 5 * count
        print(f"{count} studies at once: {trials} records, {children} finished runs of {5 * count}, {seconds:.0f} s")
        print("good" if good else f"NOT GOOD: {ends} {found}")
        return 0 if good else 1
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
