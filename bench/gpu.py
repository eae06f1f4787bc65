"""The MNIST-1D study on a GPU: how long it takes, whether its bits repeat, and whether it gives what the CPU gives.

    python bench/gpu.py [--steps 6000] [--seeds 3] [--keep]

The same study runs on the CPU, on the GPU one trial at a time, and on the GPU shared by four. A trial that ran twice on
one kind of device repeats to the bit where its predictions and every point of its curve do. Then the device itself is
the axis. Needs PyTorch with a GPU, and the package mnist1d.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results"
MODELS = ("mlp", "logistic", "cnn", "gru")  # the reference's own first
PLACES = {"CPU, 2 at a time": ("cpu", 2), "GPU, one at a time": ("cuda", 1), "GPU, shared by 4": ("cuda", 4)}


@dataclass(frozen=True)
class Ran:
    """One study: its wall seconds, and its records by deviation, seed and role."""

    wall: float
    records: Mapping[tuple[str, int, str], Mapping]

    def training(self, model: str) -> float:
        found = [each["phases"]["train"] for (name, _, _), each in self.records.items() if name == model]
        return statistics.median(found)

    def accuracy(self, model: str) -> float:
        found = [each["metrics"]["val_accuracy"] for (name, _, _), each in self.records.items() if name == model]
        return statistics.mean(found)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="oneaxis-gpu-") as temporary:
        app = Path(temporary) / "project"
        app.mkdir()
        shutil.copy(ROOT / "train.py", app)
        shutil.copytree(ROOT / "conf", app / "conf")
        ran = {place: study(app, options, *PLACES[place]) for place in PLACES}
        shown = run(
            app, options, ["training.device=choice(cpu,cuda)", "hydra.sweep.dir=device", "hydra.sweeper.workers=2"]
        )
    text = report(ran, options) + f"\n`training.device` as the axis:\n\n```text\n{shown.strip()}\n```\n"
    print(text)
    if options.keep:
        (RESULTS / "gpu.md").write_text(text, encoding="utf-8")
    return 0


def study(app: Path, options: argparse.Namespace, device: str, workers: int) -> Ran:
    folder = f"{device}_{workers}"
    line = [f"training.device={device}", f"model=choice({','.join(MODELS[1:])})", f"hydra.sweeper.workers={workers}"]
    started = time.monotonic()
    run(app, options, [*line, f"hydra.sweep.dir={folder}", "hydra.sweeper.controls={repeat: true}"])
    wall = time.monotonic() - started
    records = [json.loads(path.read_text()) for path in (app / folder).glob("*/record.json")]
    failed = [record for record in records if record["status"] != "finished"]
    if failed:
        raise SystemExit(f"{len(failed)} trials failed: {failed[0]['failure']}")
    return Ran(wall, {(each["config"]["model"]["name"], each["seed"], each["role"]): each for each in records})


def run(app: Path, options: argparse.Namespace, line: list[str]) -> str:
    always = [
        "--config-name",
        "mnist1d",
        "-m",
        f"training.steps={options.steps}",
        f"hydra.sweeper.seeds={options.seeds}",
    ]
    quiet = ["hydra.sweeper.tracking=null", "hydra.sweeper.reuse=false"]
    ended = subprocess.run(
        [sys.executable, "train.py", *always, *quiet, *line],
        cwd=app,
        env={**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "110"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SystemExit(f"{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}")
    return ended.stdout


def report(ran: Mapping[str, Ran], options: argparse.Namespace) -> str:
    cpu, alone, shared = ran.values()
    on_gpu = next(iter(alone.records.values()))
    device = f"{on_gpu['machine'].get('gpu')}, driver {on_gpu['machine'].get('driver', 'not told')}"
    packages = on_gpu["environment"]["packages"]
    head = (
        f"MNIST-1D, {len(MODELS)} models, {options.seeds} seeds and a repeat, {options.steps} steps of 100 examples, "
    )
    head += f"{device}, PyTorch {packages.get('torch')}, {os.cpu_count()} cores, {date.today()}"
    repeats = [_same(each.records["mlp", 0, "reference"], each.records["mlp", 0, "control"]) for each in ran.values()]
    lines = [
        head,
        "",
        _line("", list(ran)),
        "|---" * (1 + len(ran)) + "|",
        _line("whole study, s", [f"{each.wall:.1f}" for each in ran.values()]),
        *(_line(f"{model}, training, s", [f"{each.training(model):.2f}" for each in ran.values()]) for model in MODELS),
        *(
            _line(f"{model}, val_accuracy", [f"{each.accuracy(model):.4f}" for each in ran.values()])
            for model in MODELS
        ),
        _line("the reference's repeat: bits", repeats),
    ]
    again = ", ".join(f"{model} {_equal(alone, shared, model)}" for model in MODELS)
    across = ", ".join(f"{model} {_equal(cpu, alone, model)}" for model in MODELS)
    lines += ["", f"Trials equal to the bit, GPU alone and GPU shared: {again}.", f"CPU and GPU: {across}."]
    return "\n".join(lines) + "\n"


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _equal(one: Ran, other: Ran, model: str) -> str:
    keys = [key for key in one.records if key[0] == model and key[2] != "control"]
    same = sum(_bits(one.records[key]) == _bits(other.records[key]) for key in keys)
    return f"{same} of {len(keys)}"


def _same(one: Mapping, other: Mapping) -> str:
    return "same" if _bits(one) == _bits(other) else "different"


def _bits(record: Mapping) -> tuple:
    return record["metrics"], record["outputs"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="write bench/results/gpu.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
