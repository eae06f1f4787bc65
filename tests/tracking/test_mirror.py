"""The mirror on a real store: what it writes of a study's records, and that writing again changes nothing."""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from oneaxis.study.folder import StudyFolder
from oneaxis.tracking.names import EARLIER
from oneaxis.trial.codec import write_json
from oneaxis.trial.own import PLACE, made
from oneaxis.vocabulary import Failure, Plan, Policy, Record, Study, Tracking, Trial

STARTED, ENDED = "2026-01-02T03:04:05.000+00:00", "2026-01-02T03:04:15.500+00:00"
STARTED_MS, ENDED_MS = 1767323045000, 1767323055500
GONE = Failure("ValueError", "the data are gone\nand nobody knows where")


def trial(index, deviation=None, seed=0, folder=None):
    axis, _, value = (deviation or "").partition("=")
    return Trial(
        index,
        deviation,
        axis or None,
        value or None,
        seed,
        (),
        "digest",
        folder or f"{deviation or 'reference'},{seed}",
    )


TRIALS = (trial(0), trial(1, "lr=1"), trial(2, "lr=2"))


def study(*trials, tracking=None):
    seeds = tuple(dict.fromkeys(one.seed for one in trials))
    plan = Plan(None, (), (), trials, "seed", seeds, seeds)
    return Study("abcd", "app one", STARTED, ("app.py",), ("-m",), "/", plan, Policy(), Tracking(None, "tests"))


def record(of, **changed):
    blank = Record(
        study="abcd",
        trial=of.index,
        role=of.role,
        axis=of.axis,
        value=of.value,
        deviation=of.deviation,
        seed=of.seed,
        folder=of.folder,
        status="finished",
        metrics={"score": 1.0 + of.index},
        fingerprint=f"fingerprint {of.index}",
        config={"lr": of.index, "model": {"width": 4}},
        started=STARTED,
        ended=ENDED,
        seconds=10.5,
    )
    return replace(blank, **changed)


@pytest.fixture
def opened(store, tmp_path, monkeypatch):
    """`opened(study)` is a mirror of it into the store."""
    from oneaxis.tracking.mirror import Mirror

    monkeypatch.chdir(tmp_path)  # where MLflow puts artifacts of new experiments
    (tmp_path / "study").mkdir()

    def open_(of, into=store, *, again=False):
        return Mirror(of, StudyFolder(tmp_path / "study"), into.uri, again=again)

    return open_


@pytest.fixture
def mirrored(opened, store, tmp_path):
    """`mirrored(trials, records)` writes a study and gives the store's runs by name."""

    def written(trials, records, into=store, *, again=False):
        folder = StudyFolder(tmp_path / "study")
        for one in records:
            folder.write_record(one)
        mirror = opened(study(*trials), into, again=again)
        by_index = {one.index: one for one in trials}
        for one in records:
            mirror.write(by_index[one.trial], one)
        mirror.finish({one.trial: one for one in records})
        return into.runs

    return written


def everything(store):
    return {
        name: (
            run.info.run_id,
            run.info.status,
            run.info.start_time,
            run.info.end_time,
            run.data.params,
            run.data.tags,
            {key: store.client.get_metric_history(run.info.run_id, key) for key in run.data.metrics},
        )
        for name, run in store.runs.items()
    }


def test_times_are_those_of_the_records(mirrored):
    runs = mirrored(TRIALS, [record(one) for one in TRIALS])
    assert {(run.info.start_time, run.info.end_time) for run in runs.values()} == {(STARTED_MS, ENDED_MS)}


def test_differences_are_paired_by_seed(mirrored):
    trials = [trial(0, seed=1), trial(1, "lr=1", seed=1), trial(2, seed=2), trial(3, "lr=1", seed=2)]
    scores = [1.0, 1.5, 2.0, 2.25]
    runs = mirrored(trials, [record(one, metrics={"score": score}) for one, score in zip(trials, scores, strict=True)])
    assert runs["lr=1 · seed 1"].data.metrics["oneaxis.delta.score"] == 0.5
    assert runs["lr=1 · seed 2"].data.metrics["oneaxis.delta.score"] == 0.25
    assert "oneaxis.delta.score" not in runs["reference · seed 1"].data.metrics


def test_a_difference_without_its_partner_is_not_made_up(mirrored):
    trials = [trial(0, seed=1), trial(1, "lr=1", seed=1), trial(2, seed=2), trial(3, "lr=1", seed=2)]
    runs = mirrored(trials, [record(one) for one in trials if one.index != 2])
    assert "oneaxis.delta.score" in runs["lr=1 · seed 1"].data.metrics
    assert "oneaxis.delta.score" not in runs["lr=1 · seed 2"].data.metrics


@pytest.mark.parametrize(
    "status, failure, told",
    [
        ("failed", GONE, "ValueError: the data are gone\nand nobody knows where"),
        ("refused", Failure("NotThePlannedConfig", "another config"), "NotThePlannedConfig: another config"),
    ],
)
def test_a_trial_without_a_result_is_a_failed_run_and_fails_the_parent(mirrored, status, failure, told):
    bad = record(TRIALS[2], status=status, metrics={}, failure=failure)
    runs = mirrored(TRIALS, [record(TRIALS[0]), record(TRIALS[1]), bad])
    assert {name: run.info.status for name, run in runs.items()} == {
        "reference": "FINISHED",
        "lr=1": "FINISHED",
        "lr=2": "FAILED",
        "app one": "FAILED",
    }
    assert runs["lr=2"].data.tags["oneaxis.status"] == status
    assert runs["lr=2"].data.tags["oneaxis.failure"] == told
    note = runs["app one"].data.tags["mlflow.note.content"].splitlines()
    assert note[-2:] == ["2 of 3 trials finished.", f"- {status}: lr=2: {told.splitlines()[0]}"]


def test_a_missing_trial_is_visible(mirrored):
    runs = mirrored(TRIALS, [record(TRIALS[0]), record(TRIALS[1])])
    assert runs["lr=2"].info.status == "KILLED"
    assert runs["lr=2"].data.tags["oneaxis.status"] == "missing"
    assert runs["lr=2"].data.tags["oneaxis.deviation"] == "lr=2"
    assert runs["app one"].info.status == "KILLED"
    assert "missing: lr=2: it left no record" in runs["app one"].data.tags["mlflow.note.content"]


def test_curves_are_metrics_by_step_and_the_returned_value_is_the_latest(mirrored, store, tmp_path):
    lines = [
        {"step": step, "seconds": step / 10, "metrics": {"score": step / 100, "loss": 9 - step}} for step in (1, 2, 30)
    ]
    job = tmp_path / "study" / TRIALS[0].folder
    job.mkdir(parents=True)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (made(job) / "curves.jsonl").write_text(text + '{"step": 31, "sec')  # killed while it wrote
    run = mirrored(TRIALS[:1], [record(TRIALS[0], metrics={"score": 0.75}, phases={"load": 2.5})])["reference"]
    history = [(point.step, point.value) for point in store.client.get_metric_history(run.info.run_id, "score")]
    assert sorted(history) == [(1, 0.01), (2, 0.02), (30, 0.3), (30, 0.75)]
    assert run.data.metrics == {"score": 0.75, "loss": -21, "oneaxis.seconds": 10.5, "oneaxis.seconds.load": 2.5}
    [first, *_] = store.client.get_metric_history(run.info.run_id, "loss")
    assert first.timestamp == STARTED_MS + 100


def test_a_running_trials_curve_arrives_while_it_runs_and_no_point_twice(opened, store, tmp_path):
    job = tmp_path / "study" / TRIALS[0].folder
    job.mkdir(parents=True)

    def log(step):
        at = STARTED_MS + 1000 * step
        line = {"step": step, "seconds": float(step), "at": at, "metrics": {"loss": 1 / step}}
        with (made(job) / "curves.jsonl").open("a") as curve:
            curve.write(json.dumps(line) + "\n")

    def points():
        run = store.runs["reference"].info
        history = store.client.get_metric_history(run.run_id, "loss")
        return (
            run.status,
            run.start_time,
            [(point.step, point.value, point.timestamp - STARTED_MS) for point in history],
        )

    mirror = opened(study(TRIALS[0]))
    mirror.follow(TRIALS[0])
    assert "reference" not in store.runs  # it has logged nothing yet
    log(1)
    log(2)
    mirror.follow(TRIALS[0])
    assert points() == ("RUNNING", STARTED_MS, [(1, 1.0, 1000), (2, 0.5, 2000)])
    log(4)
    mirror.follow(TRIALS[0])
    mirror.follow(TRIALS[0])
    log(8)
    mine = record(TRIALS[0])
    StudyFolder(tmp_path / "study").write_record(mine)
    mirror.write(TRIALS[0], mine)
    mirror.finish({0: mine})
    whole = [(1, 1.0, 1000), (2, 0.5, 2000), (4, 0.25, 4000), (8, 0.125, 8000)]
    assert points() == ("FINISHED", STARTED_MS, whole)
    before = everything(store)
    again = opened(study(TRIALS[0]))
    again.follow(TRIALS[0])
    again.write(TRIALS[0], mine)
    again.finish({0: mine})
    assert everything(store) == before


def test_more_than_a_batch_of_everything_arrives(mirrored, store, tmp_path):
    job = tmp_path / "study" / TRIALS[0].folder
    job.mkdir(parents=True)
    lines = [json.dumps({"step": step, "seconds": 0, "metrics": {"loss": step}}) + "\n" for step in range(2100)]
    (made(job) / "curves.jsonl").write_text("".join(lines))
    config = {f"key{number}": number for number in range(230)}
    run = mirrored(TRIALS[:1], [record(TRIALS[0], config=config)])["reference"]
    assert run.data.params == {key: str(value) for key, value in config.items()}
    assert len(store.client.get_metric_history(run.info.run_id, "loss")) == 2100


def test_a_parameter_that_is_too_long_is_cut_and_shows_it(mirrored):
    run = mirrored(TRIALS[:1], [record(TRIALS[0], config={"text": "x" * 7000, "fits": "y" * 6000})])["reference"]
    assert run.data.params["text"] == "x" * 5999 + "…"
    assert run.data.params["fits"] == "y" * 6000


def test_a_byte_that_is_no_text_costs_only_itself(mirrored):
    odd = trial(1, "name=a\udcff", folder="1")
    failure = Failure("ValueError", "no \udcff")
    runs = mirrored([odd], [record(odd, config={"name": "a\udcff"}, status="failed", failure=failure)])
    run = runs["name=a?"]
    assert (run.data.params["name"], run.data.tags["oneaxis.failure"]) == ("a?", "ValueError: no ?")


def test_what_is_kept_in_the_job_folder_is_an_artifact(mirrored, store, tmp_path):
    job = tmp_path / "study" / TRIALS[0].folder
    for name, content in (
        (".hydra/config.yaml", "lr: 0\n"),
        ("artifacts/plots/tree.txt", "a tree"),
        ("predictions.npz", "numbers"),
        ("app.log", "not for keeping"),
    ):
        (job / name).parent.mkdir(parents=True, exist_ok=True)
        (job / name).write_text(content)
    run = mirrored(TRIALS[:1], [record(TRIALS[0], predictions="predictions.npz")])["reference"]
    files = [file.path for file in store.client.list_artifacts(run.info.run_id)]
    assert sorted(files) == ["config.yaml", "plots", "predictions.npz", "record.json"]


def test_the_config_is_an_artifact_also_where_the_job_folder_holds_none(mirrored, store, tmp_path):
    run = mirrored(TRIALS[:1], [record(TRIALS[0], config={"lr": 0.5, "model": {"width": 4}})])["reference"]
    kept = store.client.download_artifacts(run.info.run_id, "config.yaml", str(tmp_path))
    assert yaml.safe_load(Path(kept).read_text()) == {"lr": 0.5, "model": {"width": 4}}


def test_writing_a_study_again_changes_nothing(mirrored, store):
    records = [record(TRIALS[0]), record(TRIALS[1], status="failed", metrics={}, failure=GONE)]
    mirrored(TRIALS, records)
    before = everything(store)
    mirrored(TRIALS, records)
    assert everything(store) == before


def test_writing_again_finds_the_runs_where_the_folder_forgot_them(mirrored, store, tmp_path):
    records = [record(one) for one in TRIALS]
    mirrored(TRIALS, records)
    before = everything(store)
    for answer in (tmp_path / "study").rglob("tracking.json"):
        answer.unlink()
    mirrored(TRIALS, records)
    assert everything(store) == before


def test_a_study_can_be_written_into_a_second_store(mirrored, store, make_store):
    records = [record(one) for one in TRIALS]
    mirrored(TRIALS, records)
    second = make_store()
    mirrored(TRIALS, records, into=second)
    own = {"mlflow.parentRunId"}
    one, other = (
        {
            name: (start, end, params, {key: value for key, value in tags.items() if key not in own})
            for name, (_, _, start, end, params, tags, _) in everything(place).items()
        }
        for place in (store, second)
    )
    assert other == one


def test_what_a_task_wrote_into_its_run_wins_and_its_name_and_status_are_restored(opened, store, tmp_path):
    mirror = opened(study(*TRIALS))
    run = mirror.give_run(TRIALS[1])
    assert mirror.give_run(TRIALS[1]) == run
    answer = json.loads((tmp_path / "study" / TRIALS[1].folder / PLACE / "tracking.json").read_text())
    assert (answer["run"], answer["experiment"], answer["uri"]) == (run, mirror.experiment, store.uri)
    store.client.log_param(run, "lr", "chosen by the task")
    store.client.log_metric(run, "own", 7)
    store.client.update_run(run, name="my favourite", status="FAILED")
    mirror.write(TRIALS[1], record(TRIALS[1]))
    found = store.client.get_run(run)
    assert found.data.params == {"lr": "chosen by the task", "model.width": "4"}
    assert found.data.metrics == {"own": 7, "score": 2, "oneaxis.seconds": 10.5}
    assert (found.info.run_name, found.info.status, found.info.end_time) == ("lr=1", "FINISHED", ENDED_MS)


def test_a_tasks_metrics_stay_its_own_whatever_ours_are_called(mirrored):
    theirs = {"score": 1, "seconds": 0.5, "delta.score": 9, "seconds.load": 3, "oneaxis.seconds": 7}
    runs = mirrored(TRIALS, [record(one, metrics=theirs, phases={"load": 2.5}) for one in TRIALS])
    found = runs["lr=1"].data.metrics
    named = {"oneaxis_x2e_seconds" if name == "oneaxis.seconds" else name: value for name, value in theirs.items()}
    assert {name: value for name, value in found.items() if not name.startswith("oneaxis.")} == named
    assert (found["oneaxis.seconds"], found["oneaxis.seconds.load"], found["oneaxis.delta.score"]) == (10.5, 2.5, 0)
    assert found["oneaxis.delta.delta.score"] == 0


def test_ours_is_left_out_where_a_task_gave_mlflow_one_of_that_name(opened, store):
    of = study(*TRIALS)
    for again in (False, True):
        mirror = opened(of, again=again)
        run = mirror.give_run(TRIALS[1])
        if not again:
            store.client.log_metric(run, "oneaxis.seconds", 7)
            store.client.log_metric(run, "oneaxis.delta.score", 8)
        for one in TRIALS:
            mirror.write(one, record(one))
        mirror.finish({one.index: record(one) for one in TRIALS})
        found = store.runs["lr=1"].data.metrics
        assert found == {"score": 2, "oneaxis.seconds": 7, "oneaxis.delta.score": 8}
        assert "oneaxis.delta.score" in store.runs["lr=2"].data.metrics
        assert mirror.remark.startswith("lr=1 logged oneaxis.delta.score, oneaxis.seconds to MLflow")


@pytest.mark.parametrize("trials", [TRIALS, (trial(0, folder="."),)], ids=["study", "single run"])
def test_runs_that_an_older_oneaxis_has_written_keep_its_names(mirrored, store, monkeypatch, trials):
    records = [record(one, phases={"load": 2.5}) for one in trials]
    with monkeypatch.context() as patched:
        patched.setattr("oneaxis.tracking.mirror.NAMES", EARLIER)
        mirrored(trials, records)
    for run in store.runs.values():  # which put no such tag there
        if "oneaxis.names" in run.data.tags:
            store.client.delete_tag(run.info.run_id, "oneaxis.names")
    before = everything(store)
    assert "seconds.load" in store.runs["reference"].data.metrics
    mirrored(trials, records, again=True)
    assert everything(store) == before


def test_a_point_that_is_no_number_is_written_once(mirrored, store, tmp_path, monkeypatch):
    values = [math.nan, math.inf, -math.inf, 1.7976931348623157e308, 0.0, math.nan, 1.0, 1.0]
    lines = [json.dumps({"step": 0, "seconds": 0, "at": 5, "metrics": {"loss": value}}) + "\n" for value in values]
    (made(tmp_path / "study" / TRIALS[0].folder) / "curves.jsonl").write_text("".join(lines))
    records = [record(one) for one in TRIALS]
    log_batch = MlflowClient.log_batch

    def as_in_3_15(client, run, metrics=(), *more):
        """MLflow before 3.16: a NaN that is there already breaks the request, all of it."""
        if nan := [each for each in metrics if math.isnan(each.value)]:
            there = {
                (one.timestamp, one.step) for one in client.get_metric_history(run, "loss") if math.isnan(one.value)
            }
            if any((each.timestamp, each.step) in there for each in nan):
                raise MlflowException("UNIQUE constraint failed")
        return log_batch(client, run, metrics, *more)

    monkeypatch.setattr(MlflowClient, "log_batch", as_in_3_15)
    mirrored(TRIALS, records)
    before = repr(everything(store))
    mirrored(TRIALS, records, again=True)
    assert repr(everything(store)) == before
    run = store.runs["reference"].info.run_id
    found = [str(each.value) for each in store.client.get_metric_history(run, "loss")]
    assert sorted(found) == ["-1.7976931348623157e+308", "0.0", "1.0", "1.7976931348623157e+308", "nan"]


def test_an_attempt_that_is_launched_again_leaves_no_run_running(opened, store):
    mirror = opened(study(*TRIALS))
    first = mirror.give_run(TRIALS[1])
    inner = left_running(store, "inner", under=first)
    left_running(store, "innermost", under=inner)
    second = mirror.give_run(TRIALS[1], attempt=True)
    assert statuses(store) == {
        (second, "RUNNING", "active"),
        (mirror.parent, "RUNNING", "active"),
        *((run, "KILLED", "deleted") for run in trash(store)),
    }
    assert len(trash(store)) == 3
    later = record(TRIALS[1], started=ENDED)
    store.client.set_tag(second, "oneaxis.started", STARTED)  # of an attempt that failed, before a resumed study
    mirror.write(TRIALS[1], later)
    assert len(trash(store)) == 4
    assert {status for _, status, stage in statuses(store) if stage == "deleted"} == {"KILLED"}


def test_the_run_of_a_curve_that_came_first_is_the_attempts_own(opened, store, tmp_path):
    mirror = opened(study(*TRIALS))
    curves = made(tmp_path / "study" / TRIALS[1].folder) / "curves.jsonl"
    curves.write_text(json.dumps({"step": 1, "seconds": 1.0, "at": STARTED_MS, "metrics": {"loss": 1}}) + "\n")
    mirror.follow(TRIALS[1])
    [run] = [run.info.run_id for name, run in store.runs.items() if name == "lr=1"]
    (curves.parent / "tracking.json").unlink()  # as a job does that asks
    assert mirror.give_run(TRIALS[1], attempt=True) == run
    assert json.loads((curves.parent / "tracking.json").read_text())["run"] == run
    curves.write_text(json.dumps({"step": 1, "seconds": 1.0, "at": STARTED_MS + 9, "metrics": {"loss": 2}}) + "\n")
    second = mirror.give_run(TRIALS[1], attempt=True)
    assert second != run
    mirror.write(TRIALS[1], record(TRIALS[1]))
    assert store.client.get_run(second).data.metrics["loss"] == 2


def test_what_nobody_works_at_any_more_is_ended_when_the_study_ends(opened, store, tmp_path):
    """The answer of an earlier trial is gone, its run was forgotten, and its task left runs of its own open."""
    mine = study(*TRIALS)
    mirror = opened(mine)
    runs = [mirror.give_run(one) for one in TRIALS]
    forgotten = left_running(store, "lr=1", of=mine, trial=1, under=mirror.parent)
    inner = left_running(store, "inner", under=runs[1])
    innermost = left_running(store, "innermost", under=inner)
    store.client.set_terminated(inner)
    lost = left_running(store, "of a trial that is missing", under=runs[2])
    others = {left_running(store, "another study's", of=replace(mine, id="efgh"), trial=1)}
    others |= {left_running(store, "nobody's"), left_running(store, "an orphan", under="0" * 32)}
    for number in (0, 1):
        mirror.write(TRIALS[number], record(TRIALS[number], status=("finished", "failed")[number], failure=GONE))
    mirror.finish({0: record(TRIALS[0]), 1: record(TRIALS[1], status="failed", failure=GONE)})
    found = {run.info.run_id: (run.info.status, run.info.end_time) for run in store.all_runs}
    assert {run for run, (status, _) in found.items() if status == "RUNNING"} == others
    assert found[innermost] == ("FAILED", ENDED_MS)
    assert found[forgotten] == found[lost] == ("KILLED", ENDED_MS)


def left_running(store, name, *, of=None, trial=None, under=None):
    tags = {} if of is None else {"oneaxis.study": of.id, "oneaxis.trial": str(trial)}
    tags |= {} if under is None else {"mlflow.parentRunId": under}
    experiment = store.client.get_experiment_by_name("tests").experiment_id
    return store.client.create_run(experiment, run_name=name, tags=tags).info.run_id


def statuses(store):
    experiment = store.client.get_experiment_by_name("tests").experiment_id
    found = store.client.search_runs([experiment], run_view_type=3)  # those in the trash, too
    return {(run.info.run_id, run.info.status, run.info.lifecycle_stage) for run in found}


def trash(store):
    return [run for run, _, stage in statuses(store) if stage == "deleted"]


def test_a_single_run_has_no_parent(mirrored):
    [(name, run)] = mirrored([trial(0, folder=".")], [record(trial(0, folder="."))]).items()
    assert name == "reference"
    assert "mlflow.parentRunId" not in run.data.tags


def test_an_answer_of_another_study_is_not_taken_for_ones_own(mirrored, tmp_path):
    job = tmp_path / "study" / TRIALS[0].folder
    job.mkdir(parents=True)
    write_json(
        {"schema": 1, "study": "another", "run": "of another", "experiment": "0", "uri": "x"}, job / "tracking.json"
    )
    assert set(mirrored(TRIALS[:1], [record(TRIALS[0])])) == {"app one", "reference"}


def test_an_address_that_a_task_copied_is_not_taken_for_ones_own(mirrored, tmp_path):
    mirrored(TRIALS[:1], [record(TRIALS[0])])
    first, second = (tmp_path / "study" / trial.folder / PLACE / "tracking.json" for trial in TRIALS[:2])
    second.parent.mkdir(parents=True)
    second.write_bytes(first.read_bytes())
    assert set(mirrored(TRIALS[:2], [record(trial) for trial in TRIALS[:2]])) == {"app one", "reference", "lr=1"}


def test_a_deleted_experiment_comes_back(mirrored, store):
    store.client.delete_experiment(store.client.create_experiment("tests"))
    assert set(mirrored(TRIALS[:1], [record(TRIALS[0])])) == {"app one", "reference"}


def test_readers_and_the_writer_share_the_store(opened, store):
    opened(study(*TRIALS))
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
