"""Every older format of records and studies is read: golden files of each, kept as they were written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oneaxis.analysis.comparable import second_differences
from oneaxis.analysis.comparison import compare
from oneaxis.study.folder import StudyFolder, study_folders
from oneaxis.trial.codec import read_record
from oneaxis.trial.identity import same_code, same_environment
from oneaxis.vocabulary import GATES

GOLDEN = Path(__file__).parent / ".golden"  # hidden: commands that look for studies pass it by
FORMATS = sorted(path.name for path in GOLDEN.iterdir())


def test_a_fresh_clone_holds_no_study():
    assert list(study_folders(Path(__file__).parents[1])) == []


@pytest.mark.parametrize("version", FORMATS)
def test_a_study_of_an_older_format_is_read_whole(version):
    folder = StudyFolder(GOLDEN / version / "study")
    study = folder.read_study()
    records = folder.records(study)

    assert len(records) == len(study.plan.trials) == 8
    assert [record.status for record in records.values()].count("failed") == 2
    assert study.policy.gates == GATES
    assert study.policy.protected == ("seed",)
    comparison = compare(study.plan, records, study.policy)
    assert {row.name: row.finished for row in comparison.rows} == {"model=large": 2, "lr=0.1": 2, "lr=2": 0}
    assert set(comparison.reference.metrics) == {"val_score"}
    one = next(iter(records.values()))
    assert set(one.data) == {"train", "evaluation"}
    assert one.machine["packages"]["numpy"]


@pytest.mark.parametrize("version", FORMATS)
def test_records_of_an_older_format_are_compared_by_what_they_kept(version):
    folder = StudyFolder(GOLDEN / version / "study")
    study = folder.read_study()
    records = {trial: record for trial, record in folder.records(study).items() if record.status == "finished"}
    [one, other] = [
        next(record for record in records.values() if (record.deviation, record.seed) == (name, 0))
        for name in (None, "lr=0.1")
    ]
    declared = next(deviation for deviation in study.plan.deviations if deviation.name == "lr=0.1")
    assert second_differences(one, other, declared, study.policy) == ()
    newer = replace(other, machine={**other.machine, "packages": {**other.machine["packages"], "numpy": "9"}})
    assert [change.key for change in second_differences(one, newer, declared, study.policy)] == ["packages.numpy"]


def test_a_single_run_of_schema_1_is_read():
    folder = GOLDEN / "schema1" / "single"
    assert StudyFolder(folder).read_study().single
    assert read_record(folder).metrics == {"val_score": 1.5}


def test_a_record_without_code_proves_no_identity():
    old = read_record(GOLDEN / "schema1" / "single")
    assert [change.before for change in (*same_code(old, GOLDEN), *same_environment(old, {}))] == ["not recorded"] * 2
