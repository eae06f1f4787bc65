"""However a task uses MLflow, what it logs lands in its trial's run, decides, and never makes it fail."""

from __future__ import annotations

WAYS = [
    "experiment_by_name", "experiment_id", "elsewhere", "twice", "nested", "client", "same_param", "autolog",
]  # fmt: skip


def test_every_way_in_one_process_after_the_other(host, store):
    app = host("logs_everything")
    ended = app.sweep(f"how={','.join(WAYS)}", app="train.py", tracking=store.uri)
    assert ended.status == 0, ended
    names = ["reference", *(f"how={way}" for way in WAYS)]
    assert {name: app.study.records[name]["metrics"]["val_acc"] for name in names} == dict.fromkeys(names, 0.5)
    runs = store.runs
    assert set(runs) == {*names, "evaluate", "inner", "by hand, too", app.study.name}
    for name in names:
        run = runs[name]
        assert run.info.status == "FINISHED"
        assert run.data.metrics["val_acc"] == 0.5
        own = {"reference": "log_metric", "how=same_param": "my own words"}
        assert run.data.params["how"] == own.get(name, name.rpartition("=")[2])
    assert runs["evaluate"].data.tags["mlflow.parentRunId"] == runs["how=twice"].info.run_id
    assert runs["inner"].data.tags["mlflow.parentRunId"] == runs["how=nested"].info.run_id
    assert runs["how=client"].data.tags["made"] == "by hand"
    assert runs["by hand, too"].data.tags["mlflow.parentRunId"] == runs["how=client"].info.run_id
    assert runs["how=experiment_by_name"].data.tags["mlflow.note.content"] == "a note"
    assert runs["how=autolog"].data.params["C"] == "2.0"
    assert not (app.root / "another.db").exists()
