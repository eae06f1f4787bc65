"""Do verdicts keep their promises? `python bench/verdicts.py [--blocks error,adaptive] [--repetitions 1000]`.

Every study goes through the real comparison. A rate is shown with its 95 % Clopper-Pearson bounds. A promise is broken
where even the favourable bound breaks it, the bounds of a table's rows taken together (Bonferroni): of 27 rows at 95 %
one would break by chance half the time. Each block writes `results/verdicts_BLOCK.md`.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
from made_studies import POLICY, plan, record, records
from scipy.stats import beta

from oneaxis.analysis import conclusion
from oneaxis.analysis.adaptive import LOOKS
from oneaxis.analysis.comparison import compare, wanted_trials
from oneaxis.vocabulary import Policy

RESULTS = Path(__file__).parent / "results"
SIDES = ("better", "worse")
MIX = np.array([0, 0, 0, 0, 1.5, 1.5, 3, 3])  # effects in standard deviations of the difference
ERROR, POWER, RUNS = 0.05, 0.90, 8.5
ROWS = 27  # of the table of errors


class Report:
    """Lines of the result, and whether every promise was kept."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.kept = True

    def row(self, *cells: object) -> None:
        self.lines.append("| " + " | ".join(map(str, cells)) + " |")
        print(self.lines[-1], file=sys.stderr, flush=True)

    def head(self, title: str, *names: str) -> None:
        self.lines += ["", f"## {title}", ""]
        self.row(*names)
        self.lines.append("|" + "---|" * len(names))

    def check(self, *, good: bool) -> str:
        self.kept &= good
        return "kept" if good else "BROKEN"


def bounds(hits: int, of: int, together: int = 1) -> tuple[float, float]:
    """Clopper-Pearson bounds; `together` is how many of them hold together at 95 %."""
    tail = 0.025 / together
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, of - hits + 1))
    high = 1.0 if hits == of else float(beta.ppf(1 - tail, hits + 1, of - hits))
    return low, high


def rate(hits: int, of: int) -> str:
    low, high = bounds(hits, of)
    return f"{hits / of:.3f} [{low:.3f}, {high:.3f}]"


def draws(generator, seeds: int, k: int, rho: float, effects=0.0):
    """Values (seeds, 1 + k), unit noise; two configurations correlate by rho on a seed. Effects are d_z."""
    shared = generator.standard_normal((seeds, 1)) * rho**0.5
    own = generator.standard_normal((seeds, 1 + k)) * (1 - rho) ** 0.5
    values = shared + own
    values[:, 1:] += np.asarray(effects) * (2 * (1 - rho)) ** 0.5
    return values


def error(report: Report, repetitions: int) -> None:
    report.head(
        "Family-wise error, all deviations null, normal noise",
        "n",
        "k",
        "rho",
        "studies",
        "any false verdict [95 %; 27 rows together]",
        "≤ 0.05",
    )
    generator = np.random.default_rng(1)
    for n in (3, 5, 10):
        for k in (1, 5, 20):
            of = repetitions // {1: 1, 5: 2, 20: 8}[k]  # a study of twenty takes as long as twenty of one
            made = plan(k, n)
            for rho in (0, 0.5, 0.9):
                hits = 0
                for _ in range(of):
                    found = compare(made, records(draws(generator, n, k, rho)), POLICY)
                    hits += any(row.verdict in SIDES for row in found.rows)
                low, high = bounds(hits, of, ROWS)
                shown = f"{rate(hits, of)[:-1]}; {low:.3f}, {high:.3f}]"
                report.row(n, k, rho, of, shown, report.check(good=low <= ERROR))


def resampled(report: Report, repetitions: int) -> None:
    """Two nearest-centroid classifiers on splits of one data set of 150 rows; truth is the mean over data sets."""
    report.head(
        "Coverage where the seed draws the split (150 rows, 50 of them held out)",
        "n", "data sets", "interval", "covers the true difference", "≥ 0.95",
    )  # fmt: skip
    generator = np.random.default_rng(2)
    made = {n: plan(1, n) for n in (5, 10)}
    for n in (5, 10):
        studies = [_splits(generator, n) for _ in range(repetitions // 2)]
        truth = float(np.mean([values[:, 1] - values[:, 0] for values in studies]))
        for replicates, named in (("resampled", "Nadeau-Bengio"), ("training", "plain t (not offered here)")):
            policy = Policy("val_accuracy", "maximize", replicates)
            hits = 0
            for values in studies:
                flat = values.reshape(-1)
                sizes = {"train": 100, "evaluation": 50}
                kept = {index: record(index, float(value), sizes) for index, value in enumerate(flat)}
                delta = compare(made[n], kept, policy).rows[0].deltas["val_accuracy"]
                hits += delta.low <= truth <= delta.high
            good = bounds(hits, len(studies))[1] >= 0.95
            told = (
                report.check(good=good) if replicates == "resampled" else ("broken, as known" if not good else "kept")
            )
            report.row(n, len(studies), named, rate(hits, len(studies)), told)


def _splits(generator, n: int):
    y = generator.integers(0, 2, 150)
    x = generator.standard_normal((150, 20)) + 0.35 * y[:, None] * (np.arange(20) < 10)
    values = np.empty((n, 2))
    for number in range(n):
        order = generator.permutation(150)
        train, held = order[:100], order[100:]
        for place, columns in enumerate((10, 20)):
            a, b = (x[train][y[train] == label, :columns].mean(0) for label in (0, 1))
            score = (x[held, :columns] - (a + b) / 2) @ (b - a)
            values[number, place] = np.mean((score > 0) == y[held])
    return values


def mix(report: Report, repetitions: int, *, must: bool = True) -> bool:
    """The adaptive plan and the fixed ten seeds on half null deviations; whether all promises were kept."""
    report.head(
        "k = 8: four null, two d_z = 1.5, two d_z = 3; rho 0.5" if must else "The same, by a method that never decides",
        "design", "studies", "any false verdict", "power 1.5", "power 3", "runs a configuration", "promises",
    )  # fmt: skip
    kept = []
    for design, run in (("adaptive 3, 5, 7, 10, 15", _adaptive), ("fixed n = 10", _fixed)):
        generator = np.random.default_rng(3)
        wrong = power_small = power_large = 0
        runs: list[float] = []
        for _ in range(repetitions):
            found, used = run(generator)
            verdicts = [row.verdict for row in found.rows]
            wrong += any(verdict in SIDES for verdict in verdicts[:4]) or "worse" in verdicts[4:]
            power_small += sum(verdict == "better" for verdict in verdicts[4:6])
            power_large += sum(verdict == "better" for verdict in verdicts[6:])
            runs.append(used / 9)
        enough = POWER if run is _adaptive else 0.80
        good = bounds(wrong, repetitions)[0] <= ERROR and bounds(power_small, 2 * repetitions)[1] >= enough
        mean, half = float(np.mean(runs)), 1.96 * float(np.std(runs)) / repetitions**0.5
        good = good and mean - half <= (RUNS if run is _adaptive else 10)
        kept.append(good)
        told = report.check(good=good) if must else ("kept" if good else "broken, as it must be")
        report.row(
            design, repetitions, rate(wrong, repetitions), rate(power_small, 2 * repetitions),
            rate(power_large, 2 * repetitions), f"{mean:.2f} ± {half:.2f}", told,
        )  # fmt: skip
    return all(kept)


def _fixed(generator):
    made = plan(8, 10)
    return compare(made, records(draws(generator, 10, 8, 0.5, MIX)), POLICY), 90


def _adaptive(generator):
    made = plan(8, LOOKS[-1], LOOKS)
    values = draws(generator, LOOKS[-1], 8, 0.5, MIX)
    known: dict = {}
    while True:
        wanted = [trial.index for trial in wanted_trials(made, known, POLICY) if trial.index not in known]
        if not wanted:
            return compare(made, known, POLICY), len(known)
        known |= records(values, wanted)


@contextmanager
def never_decides() -> Iterator[None]:
    """The comparison with a verdict table that always says "inconclusive"."""
    real = conclusion.decide
    conclusion.decide = lambda *_: ("inconclusive", False)
    try:
        yield
    finally:
        conclusion.decide = real


def adaptive(report: Report, repetitions: int) -> None:
    mix(report, repetitions // 2)
    with never_decides():
        kept = mix(report, max(20, repetitions // 10), must=False)
    report.kept &= not kept


BLOCKS: dict[str, Callable[[Report, int], None]] = {"error": error, "resampled": resampled, "adaptive": adaptive}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=lambda text: text.split(","), default=list(BLOCKS))
    parser.add_argument("--repetitions", type=int, default=1000)
    options = parser.parse_args()
    kept = True
    for name in options.blocks:
        report, clock = Report(), time.process_time()
        BLOCKS[name](report, options.repetitions)
        spent = time.process_time() - clock
        head = (
            f"Verdicts through the real comparison, {date.today().isoformat()}, Python {platform.python_version()}, "
            f"{spent:.0f} CPU s: {'every promise kept' if report.kept else 'A PROMISE IS BROKEN'}"
        )
        text = "\n".join([head, *report.lines]) + "\n"
        (RESULTS / f"verdicts_{name}.md").write_text(text, encoding="utf-8")
        print(text)
        kept &= report.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
