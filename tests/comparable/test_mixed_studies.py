"""Something is edited in the middle of a real study: its records say so, and what was loaded before counts."""

from __future__ import annotations

import pytest

from oneaxis.analysis.comparable import second_differences
from oneaxis.study.folder import StudyFolder

# launcher, what the reference's trial edits → the second difference that a later trial has
CASES = {
    "a module that each trial loads": ("oneaxis", "net.py", ["code.net.py"]),
    "a module that was loaded once for all": ("basic", "net.py", []),
    "the script, which each trial runs": ("oneaxis", "app.py", ["code.app.py"]),
    "the script, which ran long ago": ("basic", "app.py", []),
    "the evaluation data": ("basic", "rows.csv", ["data.evaluation"]),
    "the README": ("basic", "README.md", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_study_that_was_edited_while_it_ran_is_no_silent_mixture(host, case):
    launcher, file, expected = CASES[case]
    app = host("mixed")
    ended = app.sweep("lr=1,2", f"edits={file}", f"hydra/launcher={launcher}", "hydra.sweeper.workers=1")
    assert ended.status == 0, ended

    folder = StudyFolder(app.study.root)
    study = folder.read_study()
    records = folder.records(study)
    first, *others = [records[trial.index] for trial in study.plan.trials]
    assert set(first.code) == {"app.py", "net.py"}
    for record, deviation in zip(others, study.plan.deviations, strict=True):
        found = second_differences(first, record, deviation, study.policy)
        assert [change.key for change in found] == expected


def test_a_layer_left_out_by_name_is_kept_with_the_study(host):
    app = host("mixed")
    ended = app.sweep("lr=1", "hydra.sweeper.policy.gates=[data,code]")
    assert ended.status == 0, ended
    assert StudyFolder(app.study.root).read_study().policy.gates == ("code", "data")


def test_a_layer_that_is_none_is_refused_with_the_names_that_are(host):
    ended = host("mixed").sweep("lr=1", "hydra.sweeper.policy.gates=[packages,weather]")
    assert ended.status == 1
    assert "policy.gates names 'weather'" in ended.said
    assert "[code,data,packages,threads,device]" in ended.said
