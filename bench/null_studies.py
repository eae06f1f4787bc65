"""A/A studies: each reference against itself, `python bench/null_studies.py [--runs 24] [--studies 2000] [--again]`.

Runs a reference on each built-in data set once per seed, keeps the values (`results/null_values.json`), then makes
studies of them: the runs are dealt at random to a reference and k deviations, which therefore differ by nothing. No
verdict may then find a difference more often than promised; a planted one of d_z = 1.5 must be found.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from hydra import compose, initialize_config_dir
from made_studies import plan, record
from verdicts import ERROR, SIDES, Report, bounds, rate

from oneaxis.analysis.comparison import compare
from oneaxis.tasks.task import run
from oneaxis.vocabulary import Policy

HERE = Path(__file__).parent
VALUES, RESULTS = HERE / "results" / "null_values.json", HERE / "results" / "null_studies.md"
# name: configuration, overrides, the replicate's key, what it moves, sizes of train and validation parts' ratio
TASKS = {
    "digits, svc": ("reference", [], "data.split_seed", "resampled"),
    "breast cancer, svc": ("reference", ["data=breast_cancer", "features=standard"], "data.split_seed", "resampled"),
    "wine, svc": ("reference", ["data=wine", "features=standard"], "data.split_seed", "resampled"),
    "mnist1d, mlp": ("mnist1d", ["training=short"], "seed", "training"),
}


def measured(runs: int, found: dict[str, dict]) -> dict[str, dict]:
    """The values of each task, those that are known already taken over."""
    with initialize_config_dir(str(HERE.parent / "conf"), version_base=None):
        for name, (config, overrides, key, replicates) in TASKS.items():
            if name in found:
                continue
            values = []
            for seed in range(runs):
                values.append(run(compose(config, [*overrides, f"{key}={seed}"]))["val_accuracy"])
                print(f"{name} seed {seed}: {values[-1]:.4f}", file=sys.stderr, flush=True)
            share = compose(config, overrides).data.validation
            found[name] = {"replicates": replicates, "ratio": share / (1 - share), "val_accuracy": values}
    return {name: found[name] for name in TASKS}


def judge(report: Report, name: str, task: dict, studies: int) -> None:
    generator = np.random.default_rng(4)
    values = np.array(task["val_accuracy"])
    policy = Policy("val_accuracy", "maximize", task["replicates"])
    sizes = {"train": 1_000_000, "evaluation": round(1_000_000 * task["ratio"])}
    for k, n in ((1, 5), (1, 10), (2, 8)):
        if (k + 1) * n > len(values):
            continue
        made, hits, found = plan(k, n), 0, 0
        for _ in range(studies):
            dealt = generator.permutation(values)[: n * (k + 1)].reshape(n, k + 1)
            hits += _any(made, dealt, policy, sizes)
            planted = dealt.copy()
            planted[:, 1:] += 1.5 * 2**0.5 * values.std(ddof=1)  # the difference of two independent runs
            found += _any(made, planted, policy, sizes, "better")
        told = report.check(good=bounds(hits, studies)[0] <= ERROR)
        report.row(name, task["replicates"], len(values), n, k, rate(hits, studies), told, rate(found, studies))


def _any(made, values, policy, sizes, *verdicts) -> bool:
    kept = {index: record(index, float(value), sizes) for index, value in enumerate(values.reshape(-1))}
    return any(row.verdict in (verdicts or SIDES) for row in compare(made, kept, policy).rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=24)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--again", action="store_true", help="run the tasks again")
    options = parser.parse_args()
    known = json.loads(VALUES.read_text(encoding="utf-8")) if VALUES.exists() and not options.again else {}
    if set(known) != set(TASKS):
        known = measured(options.runs, known)
        VALUES.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    report = Report()
    report.head(
        "The reference against itself", "task", "replicates", "runs", "n", "k", "any false verdict", "≤ 0.05",
        "planted d_z = 1.5 found",
    )  # fmt: skip
    for name, task in known.items():
        judge(report, name, task, options.studies)
    text = "\n".join(report.lines).strip() + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
