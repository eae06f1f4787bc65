"""Comparisons made by hand: every verdict, hostile names, one seed, no reference, failures, many rows."""

from __future__ import annotations

import math
import random

from oneaxis.analysis.result import Band, Comparison, Estimate, Guardrail, Health, Pair, Row
from oneaxis.report.contents import Contents, Curve, Flips
from oneaxis.vocabulary import Change, Composed, Failure, Plan, Policy, Record, Study, Tracking, Trial

METRIC = "val/accuracy"
HOSTILE = '<script>alert("1")</script>&amp;\'"$x_1^2$ `%{}~\\ 😀 漢字'
REFERENCE = {
    "seed": 0,
    "model": {"name": "logistic", "C": 1.0, "penalty": "l2", "hidden": [64, 64]},
    "optimizer": {"name": "adam", "lr": 0.001, "weight_decay": 0.0},
    "data": {"name": "digits", "test_size": 0.2, "note": HOSTILE},
}


def estimate(mean, half=None, n=5, sd=0.004, confidence=0.95):
    if half is None:
        return Estimate(n, mean, sd if n > 1 else None)
    return Estimate(n, mean, sd, mean - half, mean + half, confidence, "paired t")


def row(axis, before, value, verdict, mean=None, half=0.004, n=5, seconds=1.2, base=0.942, **more):  # noqa: PLR0917 - read as a table below
    """A deviation at n seeds, its values scattered the same way each time."""
    name = f"{axis}={value}"
    if mean is None:
        return Row(
            name,
            axis,
            before,
            value,
            verdict=verdict,
            **{"planned": n, "finished": 0, "failed": n, "refused": 0, **more},
        )
    rng = random.Random(name)
    noise = [rng.gauss(0, 0.004) for _ in range(n)]
    pairs = tuple(
        Pair(seed, base + noise[seed], base + noise[seed] + mean + rng.gauss(0, 0.5 * half), seed, 10 + seed)
        for seed in range(n)
    )
    return Row(
        name, axis, before, value,
        **{"planned": n, "finished": n, "failed": 0, "refused": 0, **more},
        metrics={METRIC: estimate(base + mean, 0.003, n), "test/accuracy": estimate(base + mean - 0.01, None, n)},
        deltas={
            METRIC: estimate(mean, half if n > 2 else None, n, confidence=0.99375),
            "test/accuracy": estimate(mean * 0.8, half, n),
        },
        pairs=pairs,
        verdict=verdict,
        seconds=estimate(seconds, None, n, 0.1),
        seconds_ratio=estimate(seconds / 1.2, 0.1, n),
        phases={"load": estimate(0.2, None, n), "fit": estimate(seconds - 0.4, None, n)},
        phase_ratios={"fit": estimate((seconds - 0.4) / 0.8, 0.1, n)},
    )  # fmt: skip


def reference(n=5, base=0.942):
    found = row("reference", "", "", None, 0.0, n=n, base=base)
    return Row(
        "reference", None, "", "", n, n, 0, 0,
        metrics=found.metrics, seconds=found.seconds, phases=found.phases,
    )  # fmt: skip


def all_verdicts():
    """Every verdict once and more, as a study of five seeds would give them."""
    rows = (
        row("model.C", "1.0", "0.01", "worse", -0.021, seconds=0.7, by_margin=True),
        row("model.C", "1.0", "0.1", "inconclusive", -0.0031, 0.0048, more_seeds=(4, 11)),
        row("model.C", "1.0", "10", "better", 0.0062, 0.0031, seconds=1.4),
        row("model.C", "1.0", "100", "inconclusive", 0.0022, 0.0061, seconds=1.5, more_seeds=(6, 20)),
        row("model", "logistic", "forest", "better", 0.0184, 0.0045, seconds=4.1, by_margin=True,
            remarks=("trained 3.4 times as long",)),
        row("model", "logistic", "dummy", "worse", -0.83, 0.006, seconds=0.41, by_margin=True),
        row("model", "logistic", "svc", "higher", 0.0071, 0.0041, seconds=2.2),
        row("features", "standard", "minmax", "equivalent", 0.0004, 0.0018, bound=0.0022),
        row("features", "standard", "pca", "lower", -0.0088, 0.0042),
        row("optimizer.lr", "0.001", "0.0001", "outside", -0.0124, n=1),
        row("optimizer.lr", "0.001", "0.01", "inside", 0.0021, n=1),
        row("optimizer.lr", "0.001", "0.1", "no verdict", -0.0102, n=2, reason="two seeds decide nothing"),
        row("optimizer.weight_decay", "0.0", "0.1", "identical", 0.0, 0.0, reason="is optimizer.weight_decay wired?"),
        row("data.test_size", "0.2", "0.3", "not comparable", 0.004, 0.004,
            obstacles=(Change(("data", "evaluation"), "1f2e", "77ab"),)),
        row("model.hidden", "[64, 64]", "[1]", "failed", reason="5 of 5 seeds failed"),
        row("model.penalty", "l2", "l1", "missing", planned=5, failed=0),
    )  # fmt: skip
    return comparison(rows, margin=0.005, health=(
        Health("paired by seed: 5 seeds, the same for all", True),
        Health("5 trials failed, 5 left no record", False),
    ))  # fmt: skip


def comparison(rows, ref=None, **more):
    ref = reference() if ref is None else ref
    settings = {
        "metric": METRIC, "direction": "maximize", "metrics": (METRIC, "test/accuracy"), "k": len(rows),
        "band": Band(5, 0.942, 0.9335, 0.9505, 0.95), "pair_deltas": {}, "unusable": (),
    }  # fmt: skip
    return Comparison(**{**settings, "reference": ref, "rows": tuple(rows), **more})


def one_seed():
    ref = reference(1)
    rows = [row("model.C", "1.0", value, None, mean, n=1) for value, mean in (("0.1", -0.01), ("10", 0.02))]
    return comparison(rows, ref, band=None)


def single_row():
    return comparison([row("model.C", "1.0", "10", "better", 0.0062, 0.0031)])


def hostile():
    """Names that would break a page, a table or a figure that trusts them."""
    rows = [
        row(HOSTILE, HOSTILE, HOSTILE * 3, "better", 0.004, 0.003, reason=HOSTILE, remarks=(HOSTILE,)),
        row("model.C", "1", "</script><img src=x onerror=alert(1)>", "worse", -0.004, 0.003),
        row("a_very.long.axis.name.that.nobody.would.type.twice", "with_a_long_value_before", "and_a_longer_one" * 6,
            "inconclusive", 0.001, 0.003),
        row("model", "a", "=cmd|' /C calc'!A0", "inconclusive", 0.0001, 0.003),
    ]  # fmt: skip
    return comparison(rows, health=(Health(HOSTILE, False),), remarks=(HOSTILE,))


def without_reference():
    rows = [row("model.C", "", value, None, 0.0, n=1) for value in ("1", "2")]
    bare = [Row(**{**vars(each), "deltas": {}, "pairs": (), "seconds_ratio": None}) for each in rows]
    return Comparison(METRIC, "maximize", (METRIC,), None, tuple(bare), {}, ())


def many(count=200):
    rng = random.Random(1)
    rows = []
    for index in range(count):
        mean = rng.gauss(0, 0.008)
        verdict = "better" if mean > 0.009 else "worse" if mean < -0.009 else "inconclusive"
        rows.append(row(f"group{index // 10}.option", "0", str(index % 10 + 1), verdict, mean, 0.008))
    return comparison(rows)


def curves(found):
    """Curves of every finished row: accuracy rises, loss falls."""
    steps = list(range(0, 201, 5))
    made = {}
    for place, each in enumerate([found.reference, *found.rows]):
        if each is None or not each.finished:
            continue
        top = each.metrics[METRIC].mean
        speed = 20 + 7 * (place % 5)
        rise = [top * (1 - 0.8 * math.exp(-step / speed)) for step in steps]
        loss = [0.1 + 2.2 * math.exp(-step / speed) for step in steps]
        made[each.name] = {
            name: Curve(steps, mean, [value - 0.02 for value in mean], [value + 0.02 for value in mean], each.finished)
            for name, mean in (("train/loss", loss), (METRIC, rise))
        }
    return made


FLIPS = {
    "model=forest": (Flips("3", 4, 1), Flips("8", 6, 2), Flips(HOSTILE, 0, 3)),
    "model=dummy": (Flips("3", 0, 30),),
}


def study(found, command=("model=forest,dummy", "model.C=0.01,0.1,10,100")):
    trials = [Trial(index, None, None, None, index, (), "d", f"reference-{index}") for index in range(5)]
    trials.append(Trial(5, "model.hidden=[1]", "model.hidden", "[1]", 0, ("model.hidden=[1]",), "d", "model.hidden"))
    trials.append(Trial(6, "model.penalty=l1", "model.penalty", "l1", 0, ("model.penalty=l1",), "d", "model.penalty"))
    plan = Plan(
        reference=Composed(REFERENCE, {"model": "logistic", "data": "digits"}, {}),
        reference_overrides=(), deviations=(), trials=tuple(trials), seed_key="seed", seeds=(0, 1, 2, 3, 4),
        reference_seeds=(0, 1, 2, 3, 4),
    )  # fmt: skip
    return Study(
        "0123456789abcdef", "train 2026-11-25_09-00-00", "2026-11-25T09:00:00+00:00", ("train.py",), ("-m", *command),
        "/home/someone/project", plan, Policy(metric=METRIC), Tracking(None, "train"),
    )  # fmt: skip


MACHINE = {
    "host": "node7", "system": "Linux x86_64", "python": "3.11.9", "process": 12, "threads": {"OMP_NUM_THREADS": "1"},
    "packages": {"oneaxis": "0.1.0", "numpy": "2.4.6", "scikit-learn": "1.9.1"},
}  # fmt: skip


def records():
    found = {
        index: Record(
            "0123456789abcdef", index, "reference", None, None, None, index, f"reference-{index}", "finished",
            metrics={METRIC: 0.942}, machine=MACHINE, seconds=1.2, config=REFERENCE,
            started="2026-11-25T09:00:01+00:00", ended="2026-11-25T09:00:03+00:00",
            data={"train": "ab" * 32, "evaluation": "cd" * 32},
        )
        for index in range(5)
    }  # fmt: skip
    trace = (
        f'Traceback (most recent call last):\n  File "train.py", line 3, in main\n    fit(cfg)\nValueError: {HOSTILE}\n'
    )
    found[5] = Record(
        "0123456789abcdef", 5, "deviation", "model.hidden", "[1]", "model.hidden=[1]", 0, "model.hidden", "failed",
        failure=Failure("ValueError", HOSTILE, trace), machine={**MACHINE, "host": "node8"},
        overrides=("model.hidden=[1]",),
    )  # fmt: skip
    return found


def contents(found=None, **more):
    found = all_verdicts() if found is None else found
    planned, recorded = study(found), records()
    unusable = tuple((trial, recorded.get(trial.index)) for trial in planned.plan.trials[5:])
    found = Comparison(**{**vars(found), "unusable": unusable})
    sentences = {
        each.name: f"{each.axis} {each.before} → {each.value}, the one change: {each.verdict}." for each in found.rows
    }
    settings = {"curves": curves(found), "flips": FLIPS, "sentences": sentences}
    return Contents(planned, found, recorded, "python train.py -m model=forest,dummy", **{**settings, **more})


GUARDED = row(
    "model", "logistic", "guarded", "better", 0.0184,
    guardrails=(Guardrail("latency", 0.2, 0.31, False), Guardrail("size", 9.0, None, None)),
)  # fmt: skip
