"""Which trial starts first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.planning.asked import axis
from tests.strategies import steady
from tests.study.examples import record, study

from oneaxis.study.folder import STUDY_FILE, StudyFolder
from oneaxis.study.order import expected_seconds, longest_first, mean_seconds, taking_turns

STUDY = study(axis("lr", "0.5", "0.9", "2"), seeds=(0, 1))
TRIALS = STUDY.plan.trials


def names(trials):
    return [(trial.deviation, trial.seed) for trial in trials]


def test_without_knowledge_the_order_stays():
    assert longest_first(TRIALS, {}) == TRIALS


def test_the_reference_leads_each_seed_and_the_longest_follow():
    found = longest_first(TRIALS, {None: 1.0, "lr=0.5": 1.0, "lr=2": 9.0})
    # Of lr=0.9 nothing is known: it counts as the average, 3.7 s.
    order = [None, "lr=2", "lr=0.9", "lr=0.5"]
    assert names(found) == [(name, seed) for seed in (0, 1) for name in order]


def test_where_times_are_compared_each_seed_begins_with_another_row():
    found = names(taking_turns(TRIALS))
    assert found[:4] == names(TRIALS)[:4]
    assert found[4:] == [("lr=0.5", 1), ("lr=0.9", 1), ("lr=2", 1), (None, 1)]


@steady
@given(st.dictionaries(st.sampled_from([None, "lr=0.5", "lr=0.9", "lr=2", "gone=1"]), st.floats(0, 1e6)))
def test_every_trial_stays_and_seeds_stay_in_order(seconds):
    found = longest_first(TRIALS, seconds)
    assert sorted(trial.index for trial in found) == [trial.index for trial in TRIALS]
    assert [trial.seed for trial in found] == [trial.seed for trial in TRIALS]


def test_only_finished_trials_tell_how_long_one_takes():
    one, two, three = (replace(record(TRIALS[1]), seconds=seconds) for seconds in (1.0, 3.0, None))
    failed = replace(record(TRIALS[2], status="failed"), seconds=0.1)
    assert mean_seconds([one, two, three, failed]) == {"lr=0.5": 2.0}


def test_the_studies_beside_this_one_tell_and_its_own_records_first(tmp_path):
    for name, seconds, app in (("1", 5.0, STUDY.app), ("2", 6.0, STUDY.app), ("3", 7.0, ("other.py",))):
        beside = StudyFolder(tmp_path / name)
        beside.root.mkdir()
        beside.write_study(replace(STUDY, app=app))
        for trial in TRIALS[:2]:
            beside.write_record(replace(record(trial), seconds=seconds))
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / STUDY_FILE).write_text("damaged")
    own = StudyFolder(tmp_path / "5")
    own.root.mkdir()
    own.write_study(STUDY)
    own.write_record(replace(record(TRIALS[0]), seconds=1.0))

    assert expected_seconds(own, STUDY) == {None: 1.0, "lr=0.5": 6.0}
