"""What a promotion makes stale, and what it leaves."""

from __future__ import annotations

import pytest

from oneaxis.planning.roles import role_of
from oneaxis.planning.staleness import freshness, is_reference, moved
from oneaxis.vocabulary import Composed


def composed(model="svc", features="none", lr=0.1, seed=0, axes="default"):
    config = {"model": {"name": model, "C": 1.0}, "features": {"name": features}, "optimizer": {"lr": lr}, "seed": seed}
    return Composed(config, {"model": model, "features": features, "optimizer": "adam", "axes": axes}, {})


NOW = {
    "nothing": composed(seed=5, axes="other"),
    "structure": composed(features="pca"),
    "tuning": composed(lr=0.3),
    "both": composed(features="pca", lr=0.3),
}
FINDINGS = {"optimizer.lr": "value", "optimizer": "group", "model.C": "value", "model": "group", "features": "group"}
# after which change: the state of each finding, in the order above
TABLE = {
    "nothing": ["fresh"] * 5,
    "structure": ["stale", "stale", "stale", "maybe stale", "stale"],
    "tuning": ["stale", "stale", "maybe stale", "maybe stale", "maybe stale"],
    "both": ["stale", "stale", "stale", "maybe stale", "stale"],
}


@pytest.mark.parametrize("change", TABLE)
def test_a_change_makes_exactly_the_right_findings_stale(change):
    since = moved(composed(), NOW[change], seed=("seed",))
    assert [freshness(axis, kind, since, {})[0] for axis, kind in FINDINGS.items()] == TABLE[change]


def test_the_reason_names_what_moved():
    since = moved(composed(), composed(features="pca"), seed=("seed",))
    assert freshness("model.C", "value", since, {}) == ("stale", "features changed under it")
    assert freshness("model", "group", since, {}) == ("maybe stale", "features changed")
    assert freshness("features", "group", since, {}) == ("stale", "features itself moved")


def test_roles_that_a_study_declares_decide():
    since = moved(composed(), composed(lr=0.3), seed=("seed",))
    assert freshness("model.C", "value", since, {"structure": ["optimizer.lr"]})[0] == "stale"
    assert freshness("model.C", "value", since, {"structure": ["optimizer", "model"]})[0] == "maybe stale"


def test_a_value_that_was_promoted_is_the_reference_now():
    assert is_reference("features", "group", "pca", composed(features="pca"), None)
    assert is_reference("optimizer.lr", "value", "0.3", composed(lr=0.3), 0.3)
    assert not is_reference("optimizer.lr", "value", "0.3", composed(), 0.3)


def test_a_masked_value_is_the_references_where_their_marks_are_equal():
    now = Composed({"token": "***#1a2b3c4d", "max_token": 512}, {}, {})
    assert is_reference("token", "value", "***#1a2b3c4d", now, "***#1a2b3c4d")
    assert not is_reference("token", "value", "***#00000000", now, "***#00000000")
    # An older oneaxis left a mask without a mark; the deviation's name has its value.
    assert is_reference("max_token", "value", "512", now, "***")
    assert not is_reference("max_token", "value", "256", now, "***")


def test_what_an_older_oneaxis_masked_is_no_change_by_its_name():
    now = Composed({"token": "***#1a2b3c4d", "lr": 2}, {}, {})
    known = moved(Composed({"token": "***", "lr": 1}, {}, {}), now)
    assert freshness("token", "value", known, {}) == ("maybe stale", "lr changed")
    hidden = moved(Composed({"token": "***", "lr": 2}, {}, {}), now)
    assert freshness("token", "value", hidden, {}) == ("maybe stale", "a masked value changed")
    other = moved(Composed({"token": "***#00000000", "lr": 2}, {}, {}), now)
    assert freshness("token", "value", other, {}) == ("stale", "token itself moved")


@pytest.mark.parametrize(
    "key, kind, role",
    [
        ("model", "group", "structure"), ("net/model@net", "group", "structure"), ("optimizer", "group", "tuning"),
        ("model/optimizer", "group", "tuning"), ("model.C", "value", "tuning"), ("data.rows", "value", "structure"),
        ("logger", "group", None), ("lr", "value", "tuning"),
    ],
)  # fmt: skip
def test_well_known_roles(key, kind, role):
    assert role_of(key, kind, {}) == role
