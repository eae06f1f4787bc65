"""Results from anywhere as values: rows, CSV files, data frames, MLflow experiments of other tools."""

from __future__ import annotations

import pytest

import oneaxis
from oneaxis.analysis.loose import from_parameters
from oneaxis.errors import BadOverride, BadRecord, FolderUnusable

ROWS = [
    *({"axis": "", "value": "", "seed": seed, "acc": 0.8 + seed / 100} for seed in range(5)),
    *({"axis": "lr", "value": 0.1, "seed": seed, "acc": 0.9 + seed / 100 + 0.001 * (seed % 2)} for seed in range(5)),
    *({"axis": "model", "value": "cnn", "seed": seed, "acc": 0.8 + seed / 100} for seed in range(4)),
]


def test_rows_are_paired_by_seed_and_judged():
    found = oneaxis.compare(ROWS, direction="maximize")
    better, same = found.comparison.rows
    assert (better.name, better.verdict, better.deltas["acc"].n) == ("lr=0.1", "better", 5)
    assert better.deltas["acc"].mean == pytest.approx(0.1004)
    assert (same.name, same.deltas["acc"].n, same.deltas["acc"].mean) == ("model=cnn", 4, 0)
    assert "better" in repr(found)


def test_a_csv_a_frame_and_rows_say_the_same(tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "results.csv", index=False)
    one, two, three = (oneaxis.compare(each).comparison for each in (ROWS, frame, str(tmp_path / "results.csv")))
    assert one == two == three
    shown = oneaxis.compare(ROWS).to_frame()
    assert list(shown["axis"].fillna("reference")) == ["reference", "lr", "model"]
    assert shown.loc[1, "delta_low"] < shown.loc[1, "delta"] < shown.loc[1, "delta_high"]


def test_a_page_escapes_what_it_shows():
    page = oneaxis.compare([*ROWS, {"axis": "<b>", "value": "x", "seed": 0, "acc": 0.1}])._repr_html_()
    assert page.startswith("<table>")
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"results": ROWS[5:]}, "no result is the reference's"),
        ({"results": [*ROWS, ROWS[0]]}, "two results of the reference at seed 0; give each its own seed"),
        ({"results": [{"acc": 1}]}, "row 1 lacks the columns `axis` and `value`; it has acc"),
        ({"results": [{**ROWS[0], "acc": "good"}]}, "row 1: `acc` is 'good', which is no number"),
        ({"results": ROWS, "metric": "f1"}, "no result has the metric `f1`; they have acc"),
        ({"results": "nowhere.csv"}, "nowhere.csv can't be read"),
        ({"results": [ROWS[0], 1]}, "row 2 is 1; give each row as a dict of columns: {'axis': 'lr', 'value': 0.1, "),
        ({"results": 5}, "results is 5 (int); give a CSV file, a data frame or a list of rows"),
        ({"results": {"axis": ["", "lr"]}}, "results is {'axis': ['', 'lr']} (dict); give a CSV file, a data frame"),
        (
            {"results": [{**row, "seed": None} for row in ROWS]},
            "two results of the reference without a seed; results of several replicates need a column `seed`",
        ),
        (
            {"results": [ROWS[0], *({key: row[key] for key in ("axis", "value", "acc")} for row in ROWS[5:])]},
            "two results of lr=0.1 without a seed; results of several replicates need a column `seed`",
        ),
        ({}, "give either results or experiment=NAME"),
    ],
)
def test_what_can_not_be_compared_is_told(arguments, message):
    with pytest.raises(BadRecord) as told:
        oneaxis.compare(**arguments)
    assert message in str(told.value)


MARGIN = "give the smallest difference that matters, above 0, in the metric's unit (0.005) or as a share"
CONFIDENCE = "give a share from 0.5 to below 1, such as 0.95"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"margin": "some"}, f"margin is 'some'; {MARGIN}"),
        ({"margin": -1}, f"margin is -1; {MARGIN}"),
        ({"margin": 0}, f"margin is 0; {MARGIN}"),
        ({"margin": "-1%"}, f"margin is '-1%'; {MARGIN}"),
        ({"margin": float("nan")}, f"margin is nan; {MARGIN}"),
        ({"margin": True}, f"margin is True; {MARGIN}"),
        ({"confidence": 2}, f"confidence is 2; {CONFIDENCE}"),
        ({"confidence": 1}, f"confidence is 1; {CONFIDENCE}"),
        ({"confidence": 0.4}, f"confidence is 0.4; {CONFIDENCE}"),
        ({"confidence": float("nan")}, f"confidence is nan; {CONFIDENCE}"),
        ({"confidence": "0.95"}, f"confidence is '0.95'; {CONFIDENCE}"),
        ({"confidence": None}, f"confidence is None; {CONFIDENCE}"),
        ({"direction": "up"}, "direction is 'up'; give maximize or minimize"),
        ({"replicates": "foo"}, "replicates is 'foo'; give training or resampled"),
        ({"replicates": None}, "replicates is None; give training or resampled"),
    ],
)
def test_an_argument_is_checked_as_the_setting_of_its_name_is(arguments, message):
    with pytest.raises(BadOverride) as told:
        oneaxis.compare(ROWS, **arguments)
    assert message in str(told.value)


@pytest.mark.parametrize(
    "arguments, margin", [({"margin": "1%"}, 0.0082), ({"margin": 0.5}, 0.5), ({"margin": "0.5"}, 0.5), ({}, None)]
)
def test_legal_arguments_are_taken_as_they_are(arguments, margin):
    found = oneaxis.compare(ROWS, direction="minimize", confidence=0.9, replicates="resampled", **arguments)
    assert found.comparison.margin == pytest.approx(margin)
    assert found.comparison.confidence == 0.9


RUNS = [
    ({"lr": "1", "net": "a", "seed": "0"}, {"acc": 0.5}, True),
    ({"lr": "1", "net": "a", "seed": "1"}, {"acc": 0.6}, True),
    ({"lr": "2", "net": "a", "seed": "0"}, {"acc": 0.7}, True),
    ({"lr": "1", "net": "b", "seed": "0"}, {"acc": 0.8}, True),
    ({"lr": "2", "net": "b", "seed": "0"}, {"acc": 0.9}, True),
    ({"lr": "1", "net": "c"}, {}, False),
]


def test_runs_that_differ_in_one_parameter_are_deviations_and_the_rest_is_told():
    results, remarks = from_parameters(RUNS, reference=None, seed="seed")
    assert [(each.axis, each.before, each.value, each.seed, each.finished) for each in results] == [
        (None, "", "", 0, True),
        (None, "", "", 1, True),
        ("lr", "1", "2", 0, True),
        ("net", "a", "b", 0, True),
        ("net", "a", "c", 0, False),
    ]
    assert remarks == ["1 run differs from the reference in more than one parameter and is left out"]
    _, remarks = from_parameters([*RUNS, RUNS[4]], reference=None, seed="seed")
    assert remarks == ["2 runs differ from the reference in more than one parameter and are left out"]


def test_the_reference_may_be_named():
    results, _ = from_parameters(RUNS, reference={"lr": 2, "net": "b"}, seed="seed")
    assert [(each.axis, each.value) for each in results] == [("net", "a"), ("lr", "1"), (None, "")]
    with pytest.raises(BadRecord, match="2 different sets of parameters have"):
        from_parameters(RUNS, reference={"lr": 2}, seed="seed")


def test_an_experiment_of_another_tool(store):
    experiment = store.client.create_experiment("theirs")
    parent = store.client.create_run(experiment).info.run_id
    for params, metrics, finished in RUNS:
        run = store.client.create_run(experiment, tags={"mlflow.parentRunId": parent}).info.run_id
        for key, value in params.items():
            store.client.log_param(run, key, value)
        for key, value in metrics.items():
            store.client.log_metric(run, key, value)
        store.client.set_terminated(run, "FINISHED" if finished else "FAILED")
    found = oneaxis.compare(experiment="theirs", tracking_uri=store.uri)
    assert [(row.name, row.finished, row.failed) for row in found.comparison.rows] == [
        ("lr=2", 1, 0),
        ("net=b", 1, 0),
        ("net=c", 0, 1),
    ]
    assert "1 run differs from the reference in more than one parameter" in repr(found)
    with pytest.raises(BadRecord, match="the store has no experiment 'ours'; it has"):
        oneaxis.compare(experiment="ours", tracking_uri=store.uri)


def test_no_study_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FolderUnusable, match="no study under"):
        oneaxis.open_study()
    with pytest.raises(FolderUnusable, match="gone holds no study"):
        oneaxis.open_study("gone")
