"""Apps of every make, run unmodified: one override, on Hydra's launcher and on ours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import pytest

LAUNCHERS = {"basic": "hydra/launcher=basic", "oneaxis": "hydra/launcher=oneaxis"}


@dataclass(frozen=True)
class Make:
    """A host, how its user starts it, and the deciding metric of each trial that must come of it."""

    host: str
    command: list[str]
    metric: str
    values: dict[str, float]
    says: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    chooses_launcher: bool = False  # and sets it up: another than it or ours can't be chosen by one override


MAKES = {
    "a module, its config in a package": Make(
        "packaged",
        ["-m", "lab.train", "-m", "lr=0.25,0.75", "model=small,large"],
        "objective",
        {"reference": 1, "lr=0.25": 0.5, "lr=0.75": 1.5, "model=large": 4},
    ),
    "a package's __main__": Make("packaged", ["-m", "lab", "-m", "lr=0.25"], "objective", {"reference": 0.5}),
    "a console script": Make(
        "packaged", ["bin/lab-train", "-m", "lr=0.25,0.5"], "objective", {"reference": 1, "lr=0.25": 0.5},
        environment={"PYTHONPATH": "."},
    ),
    "dataclasses in the ConfigStore": Make(
        "structured",
        ["my_app.py", "-m", "data_root=x", "optimizer=sgd,adam", "trainer.schedule=CONSTANT,COSINE",
         "trainer.clip=null,0.5", "trainer.layers=[4],[1,2]", "trainer.cache=a,b"],
        "loss",
        {"reference": 8.25, "optimizer=adam": 8.125, "trainer.schedule=COSINE": 9.25, "trainer.clip=0.5": 8.25,
         "trainer.layers=[4]": 4.25, "trainer.layers=[1,2]": 3.25, "trainer.cache=a": 8.25, "trainer.cache=b": 8.25},
        ["trainer.schedule: CONSTANT → COSINE"],
    ),
    "the template for Lightning, its CSV logger": Make(
        "template",
        ["src/train.py", "-m", "experiment=wide", "model.net.hidden=4", "model.optimizer.lr=0.5,0.125",
         "hydra.sweeper.policy.metrics_file=csv/version_*/metrics.csv"],
        "val/acc",
        {"reference": 5, "model.optimizer.lr=0.5": 6, "model.optimizer.lr=0.125": 4.5},
        ["[rank: 0] logging hyperparameters", "`Trainer.fit` stopped"],
    ),
    "the template for Lightning, its optimized metric": Make(
        "template",
        ["src/train.py", "-m", "+optimized_metric=val/acc", "debug=default", "data.batch_size=64,128"],
        "objective",
        {"reference": 2.25, "data.batch_size=64": 2.25},
    ),
    "its own sweep and launcher in the config": Make(
        "busy", ["train.py"], "objective", {"reference": 11, "x=2": 12, "y=11": 12, "y=12": 13},
        ["left aside: max_batch_size"], chooses_launcher=True,
    ),
    "its own sweep in the config, another typed": Make(
        "busy", ["train.py", "-m", "seed=7", "y=choice(20)"], "objective", {"reference": 11, "y=20": 21},
        chooses_launcher=True,
    ),
    "a sweeper and a search path of its own": Make(
        "own_plugins",
        ["run.py", "-m", "data=tiny,middle,big", "hydra.sweeper.seed_key=random_state"],
        "rows",
        {"reference": 10.5, "data=middle": 100.5, "data=big": 1000.5},
        ["left aside: n_trials, search_space"],
        {"PYTHONPATH": "."},
    ),
    "written for Hydra 1.1, results in a file": Make(
        "old",
        ["main.py", "-m", "lr=0.25,0.5", "model=large", "hydra.sweeper.policy.metrics_file=metrics.json"],
        "val.accuracy",
        {"reference": 0.625, "lr=0.25": 0.75, "lr=0.5": 1},
    ),
    "resolvers, and a default that follows": Make(
        "resolvers",
        ["app.py", "-m", "x=2,3", "model=small,large", "hydra.sweeper.carries={model:[tuned]}"],
        "score",
        {"reference": 6, "x=2": 9, "x=3": 12, "model=large": 12},
        ["carried: tuned.extra: (absent) → True"],
    ),
    "hydra-zen's launch": Make(
        "zen",
        ["experiment.py", "lr=0.25,0.75", "model.width=4"],
        "val_loss",
        {"reference": 4.5, "lr=0.25": 4.25, "lr=0.75": 4.75},
        ["returned: [{'val_loss': 4.5}, {'val_loss': 4.25}, {'val_loss': 4.75}]"],
    ),
    "hydra-zen's command line": Make(
        "zen", ["app.py", "-m", "lr=0.25", "model=small,wide"], "objective", {"reference": 2.25, "model=wide": 8.25}
    ),
    "spaces in every name": Make(
        "spaces in names",
        ["train model.py", "-m", "data=first set,second set", "title=my first try,my second try", "steps=2"],
        "top 1 accuracy",
        {"reference": 4, "data=second set": 7, "title=my second try": 4},
    ),
    "folders, names and logs as the author wants them": Make(
        "folders",
        ["app.py", "-m", "lr=0.25,0.75", "model=a,b"],
        "acc",
        {"reference": 0.5, "lr=0.25": 0.25, "lr=0.75": 0.75, "model=b": 0.5},
    ),
    "callbacks of its own, an object returned": Make(
        "watched",
        ["app.py", "-m", "x=1,2", "hydra.sweeper.policy.metrics_file=*.jsonl"],
        "acc",
        {"reference": 1.5, "x=1": 3, "x=2": 6},
    ),
    "groups within groups": Make(
        "nested",
        ["app.py", "-m", "net@encoder=small,large", "net@decoder=large", "server=apache,nginx",
         "server/db=mysql,sqlite", "plugs=[one],[one,two]", "site=none,lab", "hydra.sweeper.carries={site:[bias]}"],
        "score",
        {"reference": 1201.875, "net@encoder=large": 1202.875, "server=nginx": 1201.875, "server/db=mysql": 2201.875,
         "plugs=[one]": 1201.75, "site=lab": 1202.125},
    ),
    "no config at all, and flags of its own": Make(
        "bare",
        ["app.py", "--offset", "2", "-m", "+lr=0.1,1"],
        "objective",
        {"reference": 2.5, "lr=0.1": 2.1, "lr=1": 3},
    ),
    "one script that is its own library": Make(
        "alone",
        ["train.py", "-m", "lr=0.25", "net._target_=__main__.Wide,__main__.Net", "net.width=3,4"],
        "area",
        {"reference": 4, "net._target_=__main__.Wide": 64, "net.width=3": 9, "net.width=4": 16},
    ),
}  # fmt: skip


# For a process per trial each of these is like another one.
NOT_TWICE = {
    "a package's __main__", "the template for Lightning, its optimized metric",
    "written for Hydra 1.1, results in a file", "a sweeper and a search path of its own",
    "its own sweep in the config, another typed",
}  # fmt: skip


@pytest.mark.parametrize(
    "make, launcher",
    [(make, launcher) for make in MAKES for launcher in LAUNCHERS if launcher == "basic" or make not in NOT_TWICE],
)
def test_it_runs_as_it_is(host, make, launcher):
    given = MAKES[make]
    app = host(given.host)
    before = contents(app.root)
    ours = ["hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null"]
    ours += ["hydra.sweeper.report=false"] if launcher == "basic" else []  # drawing takes longer than these studies
    ours += [] if given.chooses_launcher and launcher == "basic" else [LAUNCHERS[launcher]]
    ended = app.python(*given.command, *ours, **given.environment)
    assert ended.status == 0, ended
    assert "Traceback" not in ended.err
    values = app.study.metric(given.metric)
    assert {name: round(value, 9) for name, value in values.items()} == given.values
    assert set(app.study.statuses.values()) == {"finished"}
    for words in given.says:
        assert words in ended.said
    after = contents(app.root)
    assert {name: after.get(name) for name in before} == before, "the app's own files"
    EXTRAS.get(given.host, lambda *_: None)(app, ended)


def contents(root):
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def its_callbacks_saw_what_the_task_returned(app, _):
    lines = (app.root / "notes.txt").read_text().splitlines()
    assert lines[0] == "multirun starts"
    assert sorted(lines[1:-1]) == [
        f"Result {x} [[1, 0], [0, 1]] {overrides}" for x, overrides in ((0.5, []), (1, ["x=1"]), (2, ["x=2"]))
    ]
    assert lines[-1] == "multirun ends"


def its_folders_are_where_the_author_put_them(app, _):
    root = app.root / "results" / "mine-sweep"
    weights = sorted(str(path.relative_to(root)) for path in root.rglob("weights.txt"))
    folders = ["a/lr-0.25/seed-1", "a/lr-0.75/seed-1", "a/seed-1", "b/model-b/seed-1"]
    assert weights == [f"{folder}/weights.txt" for folder in folders]
    assert not list(app.root.rglob(".hydra"))
    assert not list(app.root.rglob("*.log"))


EXTRAS = {"watched": its_callbacks_saw_what_the_task_returned, "folders": its_folders_are_where_the_author_put_them}
