"""Which axes are structure and which tuning, and what is said of tuning before its time."""

from __future__ import annotations

import pytest

from oneaxis.planning.roles import order_remarks, role
from oneaxis.vocabulary import Deviation, Difference


def deviation(axis, value="1", kind="value"):
    return Deviation(axis, kind, value, "0", (), "", Difference(()))


@pytest.mark.parametrize(
    "axis, value, kind, expected",
    [
        ("model", "svc", "group", "structure"),
        ("features", "pca", "group", "structure"),
        ("data.repair", "drop_duplicates", "value", "structure"),
        ("model.kernel", "linear", "value", "structure"),
        ("model.C", "10", "value", "tuning"),
        ("model.hidden", "50", "value", "tuning"),
        ("model.rank", "50", "value", "tuning"),
        ("optimizer", "sgd", "group", "tuning"),
        ("optimizer.betas", "[0.9,0.99]", "value", "tuning"),
        ("training.batch_size", "20", "value", "tuning"),
        ("db/optimizer@net.optim", "sgd", "group", "tuning"),
        ("lr", "0.1", "value", "tuning"),
        ("epsilon", "0.1", "value", None),
    ],
)
def test_well_known_names(axis, value, kind, expected):
    assert role(deviation(axis, value, kind), {}) == expected


def test_declared_roles_come_first_and_the_longest_name_wins():
    declared = {"tuning": ["model"], "structure": ["model.C", "optimizer"]}
    assert role(deviation("model", kind="group"), declared) == "tuning"
    assert role(deviation("model.C"), declared) == "structure"
    assert role(deviation("model.Cs"), declared) == "tuning"
    assert role(deviation("optimizer.lr"), declared) == "structure"


TUNED, STRUCTURAL = deviation("lr"), deviation("model", "svc", "group")


@pytest.mark.parametrize(
    "deviations, measured, baseline_open, count",
    [
        ([TUNED], False, False, 1),
        ([TUNED], False, True, 2),
        ([TUNED], True, True, 1),
        ([TUNED], True, False, 0),
        ([TUNED, STRUCTURAL], False, True, 0),
        ([STRUCTURAL], False, True, 0),
        ([], False, True, 0),
    ],
)
def test_remarks(deviations, measured, baseline_open, count):
    found = order_remarks(
        deviations, {}, structure_measured=measured, baseline_open=baseline_open, reproduce="oneaxis reproduce x"
    )
    assert len(found) == count
    assert baseline_open == any("(oneaxis reproduce x)" in text for text in found) or count == 0
    assert all(text.startswith("lr: tuning") for text in found)
