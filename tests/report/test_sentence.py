"""A verdict in one sentence, and the order of rows."""

from __future__ import annotations

import pytest
from tests.analysis.study import plan, record

from oneaxis.analysis.comparison import compare
from oneaxis.report.order import MARKS, changed, mark, ordered
from oneaxis.report.sentence import sentence
from oneaxis.vocabulary import Margin, Policy

CHANGE = "model.C 0 → 10, the one change,"
BASE = [0.90, 0.91, 0.89, 0.90, 0.92]


def told(deviation, reference=BASE, name="val_accuracy", **policy):
    made = plan([("model.C", "10")], seeds=range(len(deviation)), extra=range(len(deviation), len(reference)))
    found = {}
    for trial in made.trials:
        value = (reference if trial.deviation is None else deviation)[trial.seed]
        found[trial.index] = record(trial.index, "failed") if value is None else record(trial.index, **{name: value})
    comparison = compare(made, found, Policy(**policy))
    return sentence(comparison.rows[0], comparison)


@pytest.mark.parametrize(
    "words, begins",
    [
        (
            told([0.93, 0.95, 0.92, 0.93, 0.96]),
            f"{CHANGE} raised val_accuracy by 3.40 points [2.72, 4.08], 5 paired seeds: better.",
        ),
        (told([0.88, 0.90, 0.87, 0.89, 0.90], name="odd"), f"{CHANGE} lowered odd by 0.0160 [0.0"),
        (told([0.88, 0.90, 0.87, 0.89, 0.90], name="loss"), f"{CHANGE} lowered loss by 0.0160 [0.0"),
        (
            told([0.901, 0.909, 0.892, 0.899, 0.9195], margin=Margin(0.01)),
            f"{CHANGE} moved val_accuracy by +0.01 points [−0.",
        ),
        (told([0.93, 0.90, 0.92, 0.90, 0.90]), f"{CHANGE} can't be told from none: val_accuracy moved"),
        (told(BASE), f"{CHANGE} changed nothing: every output is equal, bit for bit: is model.C wired?"),
        (told([0.99]), f"{CHANGE} gave a val_accuracy of 0.990 outside of the reference's noise band"),
        (told([None]), f"{CHANGE} has no result: it failed."),
        (told([0.9], reference=[0.8]), f"{CHANGE} has no verdict: one run each: fewer than 3 pairs"),
    ],
)  # fmt: skip
def test_every_verdict_is_a_sentence(words, begins):
    assert words.startswith(begins)
    assert words[-1] in ".?"
    assert "\n" not in words


def test_a_lowered_loss_is_better():
    assert told([0.88, 0.90, 0.87, 0.89, 0.90], name="loss").endswith("5 paired seeds: better.")


def rows():
    made = plan([("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")], seeds=range(3))
    noise = {0: 0.0, 1: 0.001, 2: 0.002}
    effect = {None: 0.0, "a=1": 0.0, "b=1": -0.3, "c=1": 0.2, "d=1": 0.1}
    found = {}
    for trial in made.trials:
        wobble = 0.0001 * (trial.index % 3) if trial.axis in ("b", "c", "d") else 0.0
        value = 0.5 + effect[trial.deviation] + noise[trial.seed] + wobble
        found[trial.index] = record(trial.index, acc=value, seconds=1.0 + trial.index % 5)
    return compare(made, found, Policy())


@pytest.mark.parametrize(
    "sort, order",
    [("verdict", "cdba"), ("axis", "abcd"), ("delta", "cdab"), ("name", "abcd"), ("time", "abcd")],
)
def test_rows_are_sorted_by_verdict_and_size_or_as_asked(sort, order):
    found = rows()
    assert [row.axis for row in ordered(found, sort)] == list(order)
    assert [mark(row) for row in ordered(found)] == ["+", "+", "−", "≡"]
    assert mark(found.reference) == ""


def test_only_what_changed_or_went_wrong():
    assert [row.axis for row in changed(ordered(rows()))] == ["c", "d", "b"]


def test_no_two_verdicts_share_a_mark():
    assert len(set(MARKS.values())) == len(MARKS)
