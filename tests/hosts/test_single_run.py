"""`python app.py` without `-m`, with `hydra/callbacks=oneaxis`: one record, one run, and the app's own ending."""

from __future__ import annotations

import pytest

from oneaxis.trial.outcome import NONE_RETURNED

CALLBACK = "hydra/callbacks=oneaxis"
UNTRACKED = ["hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null"]


def test_one_record_and_one_run_in_which_the_task_may_log_itself(host, store):
    app = host("logs_mlflow")
    options = [CALLBACK, "hydra.job.chdir=true"]
    ended = app.python("app.py", *options, "how=start_run", MLFLOW_TRACKING_URI=store.uri)
    assert ended.status == 0, ended
    assert app.study.root.parent.parent.name == "outputs"  # Hydra's own place
    record = app.study.records["reference"]
    assert (record["status"], record["overrides"]) == ("finished", ["how=start_run"])
    assert record["metrics"] == {"score": 1, "loaded_before": 0}
    [run] = store.runs.values()
    assert run.info.status == "FINISHED"
    assert "mlflow.parentRunId" not in run.data.tags
    assert run.data.tags["oneaxis.role"] == "reference"
    assert run.data.tags["oneaxis.fingerprint"] == record["fingerprint"]
    assert run.data.params == {"how": "start_run", "mine": "yes"}
    assert {name: value for name, value in run.data.metrics.items() if name != "oneaxis.seconds"} == {
        "own": 0.5,
        "score": 1,
        "loaded_before": 0,
    }
    artifacts = {file.path for file in store.client.list_artifacts(run.info.run_id)}
    assert artifacts == {"config.yaml", "record.json"}
    assert app.left == ["mlruns", "outputs"]  # MLflow's artifacts lie where the app was started


def test_the_record_is_that_of_a_studys_reference(host):
    app = host("plain")
    assert app.python("app.py", CALLBACK, *UNTRACKED).status == 0
    single = app.study
    assert app.sweep("lr=0.5,1", CALLBACK).status == 0
    [study] = [found for found in app.studies if found.root != single.root]
    assert len(study.records) == 3  # the callback keeps out of a study
    of_the_run = {"study", "folder", "started", "ended", "seconds", "machine"}
    one, other = (
        {key: value for key, value in found.records["reference"].items() if key not in of_the_run}
        for found in (single, study)
    )
    # What each process had loaded by then differs; that isn't what the result rests on.
    packages, of_the_study = (found["environment"].pop("packages") for found in (one, other))
    assert dict(packages) | dict(of_the_study) == dict(of_the_study)
    assert one == other
    assert one["metrics"]["val/score"] == 0.3001


def test_a_tracking_server_that_is_gone_costs_only_the_mirror(host):
    app = host("plain")
    ended = app.python("app.py", CALLBACK, MLFLOW_TRACKING_URI="http://me:secret@127.0.0.1:9")
    assert ended.status == 0
    assert "tracking server http://***@127.0.0.1:9 can't be reached" in ended.said
    assert "secret" not in ended.said
    assert "secret" not in (app.study.root / ".oneaxis" / "study.json").read_text()
    assert app.study.statuses == {"reference": "finished"}


def test_a_run_in_a_studys_folder_or_in_an_earlier_runs_leaves_its_record_beside(host):
    app = host("plain")
    assert app.sweep("lr=choice(0.5)", "hydra.sweep.dir=st").status == 0
    before = {path: path.read_bytes() for path in (app.root / "st").rglob("*.json")}
    ended = app.python("app.py", CALLBACK, *UNTRACKED, "hydra.run.dir=st", "hydra.job.chdir=true", "lr=1")
    assert ended.status == 0, ended
    assert f"{app.root}/st holds another run or study; the record of this run lies in {app.root}/st-2" in ended.said
    assert {path: path.read_bytes() for path in (app.root / "st").rglob("*.json")} == before
    _, single = app.studies
    assert (single.root.name, single.statuses, single.name) == ("st-2", {"reference": "finished"}, "app st-2")
    assert app.python("app.py", CALLBACK, *UNTRACKED, "hydra.run.dir=.").status == 0
    assert {study.root.name for study in app.studies} > {"st", "st-2"}
    assert not (app.root / "study.json").exists(), "it would hide all others"


EXIT = ("Exit", "the process ended before the task returned")


@pytest.mark.parametrize(
    "ending, status, failure",
    [
        ("raise", 1, ("ValueError", "the data are gone\nand nobody knows where")),
        ("exit", 3, EXIT),
        ("exit_well", 0, EXIT),
        (
            "none",
            0,
            (
                "NoMetric",
                NONE_RETURNED,
            ),
        ),
        ("interrupt", -2, EXIT),
    ],
)
def test_whatever_ends_the_task_is_in_the_record_and_the_exit_status_is_the_apps_own(host, ending, status, failure):
    app = host("endings")
    ended = app.python("app.py", CALLBACK, *UNTRACKED, f"ending={ending}")
    assert ended.status == status, ended
    record = app.study.records["reference"]
    assert record["status"] == "failed"
    assert (record["failure"]["kind"], record["failure"]["message"]) == failure
