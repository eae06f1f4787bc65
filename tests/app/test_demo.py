"""The commands of the README, as a user types them, on real data."""

from __future__ import annotations

import re

import pytest
from tests.app.readme import BLOCKS, masked

THREE_AXES = ("model.C=0.1,10", "model.gamma=1e-4,1e-2", "features=standard,pca")
SIX = [
    "features=pca",
    "features=standard",
    "model.C=0.1",
    "model.C=10",
    "model.gamma=0.0001",
    "model.gamma=0.01",
]


@pytest.fixture(scope="module")
def three_axes(make_demo):
    """The study of three axes, run once for all that look at it."""
    demo = make_demo()
    return demo, demo.study_of(*THREE_AXES, "hydra.sweeper.seeds=1", report=True)


def test_three_axes_of_two_values_are_seven_trials(three_axes):
    demo, _ = three_axes
    assert demo.study.statuses == dict.fromkeys(["reference", *SIX], "finished")


def test_they_are_seven_child_runs_under_one_parent_with_the_contracts_tags(three_axes):
    demo, _ = three_axes
    runs = dict(demo.store.runs)
    [parent] = [run for run in runs.values() if "mlflow.parentRunId" not in run.data.tags]
    children = {name: run for name, run in runs.items() if run is not parent}
    assert sorted(children) == [*SIX, "reference"]
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    for name, run in children.items():
        tags = run.data.tags
        assert tags["mlflow.parentRunId"] == parent.info.run_id
        assert tags["oneaxis.study"] == demo.study.id
        assert tags["oneaxis.role"] == ("reference" if name == "reference" else "deviation")
        assert tags["oneaxis.seed"] == "0"
        assert len(tags["oneaxis.fingerprint"]) == 64
        assert run.data.params["model.kernel"] == "rbf"
        assert ("oneaxis.delta.val_accuracy" in run.data.metrics) == (name != "reference")
        if name != "reference":
            assert tags["oneaxis.deviation"] == name
            assert f"{tags['oneaxis.axis']}={tags['oneaxis.value']}" == name
    assert children["reference"].data.tags["mlflow.runColor"] == "#000000"
    assert "reference" in parent.data.tags["mlflow.note.content"]


def test_the_table_has_the_reference_on_top_and_a_line_per_deviation_by_size(three_axes):
    _, ended = three_axes
    below = re.split(r" time +verdict *\n", ended.out)[1]
    table = [" ".join(line.replace(":", "").split()) for line in below.splitlines()][:7]
    assert table[0].startswith("reference")
    changes = [
        "model.gamma 0.001 → 0.01 ",
        "features none → standard ",
        "model.C 1.0 → 0.1 ",
        "model.gamma 0.001 → 0.0001 ",
        "model.C 1.0 → 10 ",
        "features none → pca ",
    ]
    assert [sum(change in line for line in table) for change in changes] == [1] * 6, table
    assert changes[0] in table[1], "the largest difference first"


def test_the_readme_shows_what_it_prints(three_axes):
    _, ended = three_axes
    [command] = [command for command in BLOCKS if command.startswith("python train.py -m")]
    assert command == f"python train.py -m {' '.join(THREE_AXES)} hydra.sweeper.seeds=1"
    shown = masked(BLOCKS[command])
    assert shown == masked(ended.out)[: len(shown)]


def test_one_run_each_is_compared_example_by_example_in_words_that_claim_no_more(three_axes):
    _, ended = three_axes
    assert "these two fitted models differ on this validation set" in ended.said
    assert "exact McNemar p" in ended.said


def test_with_one_seed_it_says_that_one_run_decides_nothing_and_what_would(three_axes):
    _, ended = three_axes
    assert "One run each decides nothing" in ended.out
    assert "5 seeds would (35 trials, about " in ended.out
    assert f"python train.py -m {' '.join(THREE_AXES)} hydra.sweeper.seeds=5" in ended.out


def test_what_it_prints_fits_80_columns_but_for_commands_and_links_to_copy(three_axes):
    _, ended = three_axes
    long = [line for line in ended.out.splitlines() if len(line) > 80]
    assert all("python train.py -m" in line or "http://" in line for line in long)
    assert "\x1b" not in ended.out


def test_hydras_own_launcher_gives_the_same_numbers(three_axes, demo):
    local, _ = three_axes
    demo.study_of(*THREE_AXES, "hydra.sweeper.seeds=1", "hydra/launcher=basic", "hydra.sweeper.tracking=null")
    for metric in ("val_accuracy", "test_accuracy", "train_accuracy"):
        assert demo.study.metric(metric) == local.study.metric(metric)


def test_bare_m_would_run_the_default_file_with_five_replicates_and_a_dry_run_writes_nothing(demo):
    before = sorted(demo.root.rglob("*"))
    said = demo.study_of("hydra.sweeper.dry_run=true").said
    assert "Plan: 50 trials = (the reference + 9 deviations) × 5 seeds" in said
    assert "model.C: 1.0 → 0.1 model.C: 1.0 → 10.0" in said
    assert "seeds: data.split_seed=0,1,2,3,4, the same for all" in said
    assert "replicates are resampled" in said
    assert "nothing was run" in said
    assert sorted(demo.root.rglob("*")) == before


def test_a_chosen_file_of_axes_runs(demo):
    demo.study_of("axes=kernel", "hydra.sweeper.seeds=2", "hydra.sweeper.tracking=null")
    kernels = {f"model.kernel={kernel}" for kernel in ("linear", "poly", "sigmoid")}
    names = {"reference", *kernels}
    assert demo.study.statuses == {f"{name}, seed {seed}": "finished" for name in names for seed in (0, 1)}


def test_the_second_reference_falls_into_the_trap_of_the_held_learning_rate(demo):
    """docs/explanation/held-rate.md in short: SGD is worse at Adam's rate; with its own both are shown."""
    pytest.importorskip("torch")
    common = ["--config-name", "mnist1d", "-m", "training.steps=40", "hydra.sweeper.tracking=null"]
    quick = ["hydra.sweeper.seeds=3", "hydra.sweeper.report=false"]
    first = demo.python("train.py", *common, "optimizer=adam,sgd", *quick)
    assert first.status == 0, first.err
    assert "shifted: the reference is moved by training.steps=40" in first.out
    assert len(demo.study.records) == 6
    assert (demo.study.root / "reference,seed=0" / "curves.jsonl").stat().st_size > 0
    assert "optimizer=sgd is worse at optimizer.lr = 0.01, which was held." in first.out

    second = demo.python("train.py", *common, "optimizer=sgd", "optimizer.lr=0.1,1", *quick)
    assert second.status == 0, second.err
    assert "Reused: 3 of 9 trials" in second.out
    assert "optimizer=sgd with its own optimizer.lr, " in second.said
    assert "two changes, the second one tuning" in second.said


def test_models_of_both_frameworks_are_one_axis(demo):
    pytest.importorskip("torch")
    demo.study_of("model=svc,mlp", "training.steps=40", "hydra.sweeper.seeds=1", "hydra.sweeper.tracking=null")
    assert set(demo.study.statuses) == {"reference", "model=mlp"}
    assert set(demo.study.statuses.values()) == {"finished"}


def test_the_gallerys_protocol_gives_871_of_899_and_its_record_and_run(demo):
    ended = demo.python("train.py", "data.validation=0")
    assert ended.status == 0, ended.err
    [record] = demo.study.records.values()
    assert record["metrics"]["test_correct"] == 871
    assert "val_accuracy" not in record["metrics"]
    assert set(record["phases"]) == {"load", "train", "evaluate"}
    assert set(record["data"]) >= {"train", "evaluation"}
    [run] = demo.store.all_runs
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test_correct"] == 871


def test_the_same_seed_gives_the_same_bits_in_a_study_and_alone(three_axes, demo):
    study, _ = three_axes
    demo.python("train.py", "hydra.sweeper.tracking=null")
    [alone] = demo.study.records.values()
    assert alone["metrics"] == study.study.records["reference"]["metrics"]
    assert alone["fingerprint"] == study.study.records["reference"]["fingerprint"]
