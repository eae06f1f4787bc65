"""What `oneaxis status` counts."""

from __future__ import annotations

from types import SimpleNamespace

from oneaxis.loop.app import App
from oneaxis.loop.next_steps import next_steps
from oneaxis.loop.status import _of_configuration


def study(name, digests, statuses):
    trials = [SimpleNamespace(index=index, digest=digest, seed=index) for index, digest in enumerate(digests)]
    records = {
        index: SimpleNamespace(status=status, study=name) for index, status in enumerate(statuses) if status is not None
    }
    return SimpleNamespace(
        study=SimpleNamespace(plan=SimpleNamespace(trials=trials)), folder=SimpleNamespace(records=lambda _: records)
    )


def test_a_promoted_change_was_measured_before_it_was_the_reference():
    past = [
        study("chose", ["old", "new", "new", "new"], ["finished", "finished", "failed", None]),
        study("promoted", ["new", "other"], ["finished", "finished"]),
    ]
    found = _of_configuration("new", past)
    assert {seed: record.study for seed, record in found.items()} == {0: "promoted", 1: "chose"}


def test_a_trial_that_was_taken_over_counts_once():
    past = [study("first", ["new"], ["finished"]), study("second", ["new"], ["finished"])]
    assert [record.study for record in _of_configuration("new", past).values()] == ["second"]


def test_the_step_to_the_data_asks_for_their_function_where_the_project_names_none(tmp_path):
    def first():
        app = App(("app.py",), tmp_path, "mine")
        return next(next_steps(SimpleNamespace(app=app), (), (), (), ladder="ladder", data_seen=False)).command

    (tmp_path / "pyproject.toml").write_text("[tool.oneaxis]\n")
    assert first() == "oneaxis data --data MODULE:FUNCTION --config-name mine"
    (tmp_path / "pyproject.toml").write_text('[tool.oneaxis]\ndata = "app:data"\n')
    assert first() == "oneaxis data --config-name mine"
