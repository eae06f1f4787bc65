"""Plans and records without any run behind them: what the comparison sees of a study."""

from __future__ import annotations

from oneaxis.vocabulary import Composed, Plan, Policy, Record, Trial

POLICY = Policy(metric="val_accuracy", direction="maximize")


def plan(k: int, seeds: int, looks: tuple[int, ...] = ()) -> Plan:
    """The reference and k deviations at each seed, seed by seed."""
    names = [None, *(f"axis={number}" for number in range(k))]
    trials = [
        Trial(seed * (k + 1) + place, name, name and "axis", name and name[5:], seed, (), "", f"{name},seed={seed}")
        for seed in range(seeds)
        for place, name in enumerate(names)
    ]
    every = tuple(range(seeds))
    return Plan(Composed({}, {}, {}), (), (), tuple(trials), "seed", every, every, looks=looks)


def record(trial: int, value: float, sizes: dict[str, int] | None = None) -> Record:
    return Record("", trial, "", None, None, None, None, "", "finished", {"val_accuracy": value}, sizes=sizes or {})


def records(values, wanted=None) -> dict[int, Record]:
    """Records of an array (seeds, 1 + k) of values, or of the wanted trials of it."""
    flat = values.reshape(-1)
    return {index: record(index, float(flat[index])) for index in (range(flat.size) if wanted is None else wanted)}
