"""A plan and its records, as small as a comparison needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oneaxis.vocabulary import Composed, Deviation, Difference, Plan, Record, Trial

REFERENCE = None


def plan(
    deviations: Sequence[tuple[str, str]] = (("lr", "1"),),
    seeds: Sequence[int | None] = (0,),
    extra: Sequence[int] = (),
) -> Plan:
    """The reference and each (axis, value) at each seed, `extra` seeds of the reference alone; seed by seed."""
    trials: list[Trial] = []
    for seed in (*seeds, *extra):
        for axis, value in [(REFERENCE, REFERENCE), *(deviations if seed in seeds else ())]:
            name = f"{axis}={value}" if axis else None
            trials.append(Trial(len(trials), name, axis, value, seed, (), "", f"{name},seed={seed}"))
    return Plan(
        reference=Composed({}, {}, {}),
        reference_overrides=(),
        deviations=tuple(Deviation(axis, "value", value, "0", (), "", Difference(())) for axis, value in deviations),
        trials=tuple(trials),
        seed_key="seed",
        seeds=tuple(seeds),
        reference_seeds=(*seeds, *extra),
    )


def record(trial: int, status: str = "finished", seconds: float | None = 1.0, **metrics: float) -> Record:
    return Record("study", trial, "", None, None, None, None, "", status, metrics, seconds=seconds)


def records(values: Mapping[int, object]) -> dict[int, Record]:
    """Records by trial: a number is the metric `acc`, a text the status of a trial without a result."""
    return {
        trial: record(trial, status=value) if isinstance(value, str) else record(trial, acc=value)
        for trial, value in values.items()
    }
