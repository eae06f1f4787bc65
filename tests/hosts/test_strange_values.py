"""Strange but legal values, end to end: proved, run, recorded, written into MLflow, read back."""

from __future__ import annotations

import pytest

from oneaxis.study.folder import StudyFolder
from oneaxis.tracking.names import from_key, to_key

VALUES = {
    "'a b'": "a b",
    "'it\\'s'": "it's",
    "'say \"x\"'": 'say "x"',
    "'a=b'": "a=b",
    "'a/b'": "a/b",
    "'../../up'": "../../up",
    "'100%'": "100%",
    "'two\nlines'": "two\nlines",
    "'\N{ROCKET}'": "\N{ROCKET}",
    "'<b>&amp;</b>'": "<b>&amp;</b>",
    f"'{'x' * 7000}'": "x" * 7000,
    "[1,'a, b',null]": [1, "a, b", None],
    "{k:1,b:[]}": {"k": 1, "b": []},
    "null": None,
}


@pytest.fixture(scope="module")
def strange(shared_host, make_store):
    app, store = shared_host("strange"), make_store()
    ended = app.sweep(f"text={','.join(VALUES)}", "hydra/launcher=oneaxis", tracking=store.uri)
    assert ended.status == 0, ended
    return app, store


def test_each_value_reaches_its_task_and_its_record_unchanged(strange):
    app, _ = strange
    folder = StudyFolder(app.study.root)
    study = folder.read_study()
    records = folder.records(study)
    assert len(records) == len(VALUES) + 1
    found = {repr(record.config["text"]) for record in records.values() if record.deviation}
    assert found == {repr(value) for value in VALUES.values()}
    assert {record.status for record in records.values()} == {"finished"}


def test_no_trial_leaves_the_folder_and_no_two_share_one(strange):
    app, _ = strange
    trials = app.study.plan["trials"]
    places = {(app.study.root / trial["folder"]).resolve() for trial in trials}
    assert len(places) == len(trials)
    assert {place.parent for place in places} == {app.study.root.resolve()}
    assert app.left == ["mlruns", "multirun"]


def test_mlflow_has_them_all_under_keys_that_can_be_read_back(strange):
    _, store = strange
    runs = [run for run in store.all_runs if run.data.tags["oneaxis.role"] == "deviation"]
    assert len(runs) == len(VALUES)
    keys = set(runs[0].data.params)
    assert {from_key(key) for key in keys} >= {"odd @ key", "many.p199"}
    assert to_key("odd @ key") in keys
    assert len([key for key in keys if key.startswith("many.")]) == 200
    texts = {run.data.params.get("text") for run in runs}
    assert {"a b", "it's", "a=b", "../../up", "two\nlines", "\N{ROCKET}", "<b>&amp;</b>", "None"} <= texts
    assert any(text and text.startswith("xxx") and len(text) == 6000 for text in texts)
