"""`oneaxis.open_study` on studies that were run: trials and verdicts as values, data frames, and as they are shown."""

from __future__ import annotations

import json
import random
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from statistics import mean, stdev

import pytest
from scipy import stats

import oneaxis
from oneaxis.errors import BadRecord

GOLDEN = Path(__file__).parents[1] / "trial" / ".golden" / "schema1" / "study"
SEEDS = range(5)


def score(seed, shift=0.0, other=0):
    """What tests/hosts/noisy/app.py returns."""
    return 0.5 + shift + random.Random(f"{seed} {shift} {other}").gauss(0, 0.01)


REFERENCE = [score(seed) for seed in SEEDS]
SHIFTED = [score(seed, shift=0.3) for seed in SEEDS]
OTHER = [score(seed, other=1) for seed in SEEDS]


@pytest.fixture(scope="module")
def noisy(shared_host):
    app = shared_host("noisy")
    ended = app.sweep("shift=choice(0.3)", "other=choice(1)", f"hydra.sweeper.seeds={len(SEEDS)}")
    assert ended.status == 0, ended
    return app


@pytest.fixture(scope="module")
def opened(noisy):
    return oneaxis.open_study(noisy.study.root)


@pytest.fixture
def unfinished(tmp_path):
    """Two trials failed, and one was never run."""
    shutil.copytree(GOLDEN, tmp_path / "study")
    shutil.rmtree(tmp_path / "study" / "model=large,seed=1")
    return oneaxis.open_study(tmp_path / "study")


def cells(page):
    """The first table of a page in HTML, as rows of text."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("</table>")[0])
    return [[unescape(cell) for cell in re.findall(r"<t[hd]>(.*?)</t[hd]>", row)] for row in rows]


def test_trials_are_their_records_in_planned_order(opened):
    names = [(record.deviation, record.seed) for record in opened.trials]
    assert names == [(name, seed) for seed in SEEDS for name in (None, "shift=0.3", "other=1")]
    assert len(opened.trials) == len(opened.study.plan.trials) == 15
    assert opened.trials[0].metrics == {"val_accuracy": pytest.approx(REFERENCE[0])}
    assert [each.metrics["val_accuracy"] for each in opened.trials[1::3]] == pytest.approx(SHIFTED)
    assert opened.trials[-1].metrics["val_accuracy"] == pytest.approx(OTHER[-1])
    assert opened.trials[-1].status == "finished"


def test_a_trial_that_was_not_run_is_none(unfinished):
    assert [record and record.status for record in unfinished.trials] == [
        "finished", "finished", "finished", "failed", "finished", None, "finished", "failed",
    ]  # fmt: skip
    assert unfinished.trials[5] is None
    assert unfinished.trials[4:6] == [unfinished.trials[4], None]


def test_trials_as_a_frame(opened):
    frame = opened.trials.to_frame()
    assert list(frame) == ["trial", "role", "axis", "value", "seed", "status", "seconds", "val_accuracy"]
    assert list(frame["trial"]) == list(range(15))
    assert list(frame["role"]) == ["reference", "deviation", "deviation"] * 5
    assert set(frame["status"]) == {"finished"}
    assert (frame["seconds"] > 0).all()
    assert list(frame[frame["role"] == "reference"]["val_accuracy"]) == pytest.approx(REFERENCE)
    shifted = frame[frame["axis"] == "shift"]
    assert set(shifted["value"]) == {"0.3"}
    assert list(shifted["seed"]) == list(SEEDS)
    assert list(shifted["val_accuracy"]) == pytest.approx(SHIFTED)


def test_a_frame_tells_failed_and_missing_trials_and_gives_them_no_number(unfinished):
    frame = unfinished.trials.to_frame()
    assert list(frame["status"][[3, 5]]) == ["failed", "missing"]
    assert list(frame["val_score"].isna()) == [False, False, False, True, False, True, False, True]
    assert frame["seconds"].isna()[5]


def test_a_metric_that_is_called_as_another_column_has_one_of_its_own(unfinished):
    records = {
        index: replace(one, metrics={"seconds": 0.5, "seed": 7, "acc": 1})
        for index, one in unfinished.trials.records.items()
    }
    frame = replace(unfinished.trials, records=records).to_frame()
    assert list(frame.iloc[0][["metrics.seconds", "metrics.seed", "acc"]]) == [0.5, 7, 1]
    assert list(frame["seconds"][:3]) == [one.seconds for one in list(unfinished.trials)[:3]]
    assert set(frame["seed"]) == set(unfinished.study.plan.seeds)


def test_the_verdicts_as_a_frame(opened):
    frame = opened.comparison.to_frame()
    assert list(frame) == [
        "axis", "before", "value", "n", "mean", "sd", "delta", "delta_sd", "delta_low", "delta_high", "pairs",
        "verdict", "reason",
    ]  # fmt: skip
    reference, shifted, other = (row for _, row in frame.iterrows())
    assert (reference["n"], reference["mean"], reference["sd"]) == (
        5, pytest.approx(mean(REFERENCE)), pytest.approx(stdev(REFERENCE)),
    )  # fmt: skip
    assert frame["delta"].isna()[0]
    assert (shifted["axis"], shifted["before"], shifted["value"], shifted["pairs"]) == ("shift", "0.0", "0.3", 5)
    assert (shifted["verdict"], other["verdict"]) == ("better", "inconclusive")
    for row, values in ((shifted, SHIFTED), (other, OTHER)):
        deltas = [value - same_seed for value, same_seed in zip(values, REFERENCE, strict=True)]
        reach = stats.t.ppf(1 - 0.05 / 2 / 2, 4) * stdev(deltas) / len(deltas) ** 0.5  # two that hold together at 95 %
        expected = [mean(values), mean(deltas), stdev(deltas), mean(deltas) - reach, mean(deltas) + reach]
        found = [row[name] for name in ("mean", "delta", "delta_sd", "delta_low", "delta_high")]
        assert found == pytest.approx(expected)


def test_a_frame_of_verdicts_says_why_there_is_none(unfinished):
    frame = unfinished.comparison.to_frame()
    assert list(frame["verdict"])[1:] == ["no verdict", "no verdict", "failed"]
    assert list(frame["n"]) == [2, 1, 2, 0]
    assert frame["reason"][3] == "2 of 2 seeds failed"
    assert frame["mean"].isna()[3]


def test_the_values_behind_it_are_what_the_study_wrote(noisy, opened):
    written = json.loads((noisy.study.root / "comparison.json").read_text())
    assert [row.verdict for row in opened.comparison.comparison.rows] == ["better", "inconclusive"]
    assert [row["verdict"] for row in written["rows"]] == ["better", "inconclusive"]


def test_each_shows_itself_as_a_table_and_as_text(opened, unfinished):
    head, reference, shifted, *_ = cells(opened.comparison._repr_html_())
    assert head == ["", "axis", "change", "val_accuracy", "Δ [low, high]", "n", "time", "verdict"]
    assert reference[1] == "reference"
    assert f"{mean(REFERENCE):.4f}"[:5] in reference[3]
    assert (shifted[1:3], shifted[-1]) == (["shift", "0.0 → 0.3"], "better")
    assert opened._repr_html_() == f"<p>{opened.study.name}</p>{opened.comparison._repr_html_()}"
    assert repr(opened) == f"Study {opened.folder}\n{opened.comparison!r}"
    assert "0.0 → 0.3" in repr(opened.comparison)

    head, *rows = cells(unfinished.trials._repr_html_())
    assert head == ["trial", "role", "axis", "value", "seed", "status", "seconds", "val_score"]
    assert rows[1] == ["1", "deviation", "model", "large", "0", "finished", "0.0285584", "2.5"]
    assert rows[5] == ["5", "deviation", "model", "large", "1", "missing", "", ""]
    lines = [line.split() for line in repr(unfinished.trials).splitlines()]
    assert lines[0] == head
    assert lines[2] == rows[1]


def test_a_page_escapes_the_studys_words(tmp_path):
    shutil.copytree(GOLDEN, tmp_path / "study")
    plan = tmp_path / "study" / "study.json"
    plan.write_text(plan.read_text().replace('"name": "app out"', '"name": "<b>"').replace('"large"', '"<i>"'))
    opened = oneaxis.open_study(tmp_path / "study")
    for page in (opened._repr_html_(), opened.trials._repr_html_()):
        assert "<b>" not in page
        assert "<i>" not in page
        assert "&lt;i&gt;" in page


def test_without_a_folder_it_is_the_newest_here_and_nothing_is_written(noisy, monkeypatch):
    monkeypatch.chdir(noisy.root)
    before = {path: path.stat().st_mtime_ns for path in noisy.root.rglob("*")}
    opened = oneaxis.open_study()
    assert opened.folder.resolve() == noisy.study.root.resolve()
    assert opened.study.id == noisy.study.id
    repr(opened)
    assert {path: path.stat().st_mtime_ns for path in noisy.root.rglob("*")} == before


def test_a_damaged_plan_is_told(tmp_path):
    (tmp_path / "study.json").write_text("{")
    with pytest.raises(BadRecord, match=r"study\.json"):
        oneaxis.open_study(tmp_path)
