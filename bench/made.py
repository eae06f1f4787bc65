"""Apps and records made for the bench: an app of any number of groups, a study's worth of records."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from oneaxis.canonical import leaves
from oneaxis.planning.plan import make_plan
from oneaxis.planning.request import Request
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.codec import write_record
from oneaxis.vocabulary import Axis, Composed, Policy, Record, Study, Tracking

KEYS = 8  # of each group's options
OPTIONS = 3
APP = """
import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    return {"score": 0.0}

if __name__ == "__main__":
    main()
"""


def grouped_app(folder: Path, groups: int) -> Path:
    """Write an app of so many groups, each with three options of eight keys; the script's path."""
    conf = folder / "conf"
    defaults = "\n".join(f"  - g{group}: o0" for group in range(groups))
    for group in range(groups):
        (conf / f"g{group}").mkdir(parents=True)
        for option in range(OPTIONS):
            keys = "\n".join(f"k{key}: {key + option}" for key in range(KEYS))
            (conf / f"g{group}" / f"o{option}.yaml").write_text(keys + "\n")
    (conf / "config.yaml").write_text(f"defaults:\n{defaults}\n  - _self_\nseed: 0\n")
    (folder / "app.py").write_text(APP)
    return folder / "app.py"


def sweep_of(groups: int, deviations: int) -> list[str]:
    """Overrides that make so many deviations: other options of the groups, then values of their keys."""
    options = [f"g{group}=o1,o2" for group in range(min(groups, deviations // 4))]
    left = deviations - 2 * len(options)
    keys = [(group, key) for key in range(KEYS) for group in range(groups)]
    each = -(-left // len(keys))
    values = []
    for group, key in keys:
        if left <= 0:
            break
        values.append(f"g{group}.k{key}={','.join(str(100 + number) for number in range(min(each, left)))}")
        left -= each
    # A sweep of one value would move the reference instead.
    return options + [text if "," in text else text.replace("=", "=choice(") + ")" for text in values]


def write_records(folder: Path, trials: int, seeds: int = 5) -> None:
    """A finished study of so many trials on disk: real records, each with a configuration of 240 leaves."""
    config = {f"g{group}": {f"k{key}": key for key in range(KEYS)} for group in range(30)}

    def compose(overrides, *, places=False):
        del places
        changed = {**config, **{text.partition("=")[0]: text.partition("=")[2] for text in overrides}}
        whole = {"seed": 0, "lr": 0, **changed}
        return Composed(whole, {}, dict(leaves(whole)))

    values = tuple(str(number + 1) for number in range(trials // seeds - 1))
    plan = make_plan(Request((), (Axis("lr", "value", values),), seeds=seeds), compose)
    now = "2026-01-01T00:00:00.000+00:00"
    study = Study("bench", "bench", now, ("app.py",), (), str(folder), plan, Policy(), Tracking(None, "bench"))
    kept = StudyFolder(folder)
    kept.write_study(study)
    for trial in plan.trials:
        job = kept.job(trial.folder)
        job.mkdir()
        metrics = {"accuracy": 0.9 + (trial.index % 97) / 1000, "loss": 0.1, "correct": 900.0}
        blank = Record(
            "bench", trial.index, trial.role, trial.axis, trial.value, trial.deviation, trial.seed, "", "failed"
        )
        machine = {"host": "bench", "python": "3.11", "packages": {"numpy": "2.4", "torch": "2.13"}}
        write_record(
            replace(
                blank,
                folder=trial.folder,
                status="finished",
                metrics=metrics,
                overrides=trial.overrides,
                digest=trial.digest,
                fingerprint=trial.digest,
                config=config,
                started=now,
                ended=now,
                seconds=1.0,
                phases={"load": 0.1, "evaluate": 0.1},
                machine=machine,
            ),
            job,
        )


def read_and_compare(folder: Path) -> None:
    """Print the seconds that reading and comparing took, and the most memory in MB."""
    import resource

    from oneaxis.analysis.comparison import compare

    started = time.perf_counter()
    kept = StudyFolder(folder)
    study = kept.read_study()
    records = kept.records(study)
    comparison = compare(study.plan, records, study.policy)
    spent = time.perf_counter() - started
    assert len(comparison.rows) == len(study.plan.deviations)
    assert len(records) == len(study.plan.trials)
    print(f"inner {spent:.3f}\nmemory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


if __name__ == "__main__":
    {
        "write": lambda: write_records(Path(sys.argv[2]), int(sys.argv[3])),
        "read": lambda: read_and_compare(Path(sys.argv[2])),
    }[sys.argv[1]]()
