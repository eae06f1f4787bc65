"""Run very many trials in one study, and count what is left open.

    python bench/leaks.py [--trials 1000]

Every trial's process must see the same number of open descriptors, the sweeping process must end with as many as it
began with and without a child, and every trial must have its record.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

APP = Path(__file__).parent / "apps" / "leaks"
STUDY = [
    "hydra/sweeper=oneaxis", "hydra/launcher=oneaxis", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false",
    "hydra.sweeper.workers=2",
]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=1000, help="how many, an even number (default: %(default)s)")
    trials = parser.parse_args().trials
    with tempfile.TemporaryDirectory() as temporary:
        app = Path(temporary) / "leaks"
        shutil.copytree(APP, app, ignore=shutil.ignore_patterns("__pycache__"))
        command = [sys.executable, "app.py", "-m", *STUDY, "x=choice(2)", f"hydra.sweeper.seeds={trials // 2}"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HYDRA_")}
        ended = subprocess.run(command, cwd=app, env=environment, check=False, capture_output=True, text=True)
        records = [json.loads(path.read_text()) for path in app.rglob("record.json")]
    seen = sorted({record["metrics"]["descriptors"] for record in records})
    # Each trial prints both as well: the sweeping process's are the first and the last.
    before = ended.stdout.partition("open before ")[2].partition("\n")[0]
    after = ended.stdout.rpartition("open after ")[2].partition("\n")[0]
    print(f"{len(records)} records of {trials} trials; descriptors in trials: {seen}")
    print(f"open before: {before}; open after: {after}")
    sound = len(records) == trials and len(seen) == 1 and after == f"{before.strip()} children 0"
    if ended.returncode or not sound:
        print(ended.stderr, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
