"""Trials of earlier studies: found beside the new one, taken over with all they left, refused with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from omegaconf import OmegaConf
from tests.planning.asked import axis
from tests.study.examples import record, study

from oneaxis.study.folder import StudyFolder
from oneaxis.study.reuse import look_up, take_over
from oneaxis.study.siblings import earlier, fixed_part

APP = study().app


def left(root, content=None, **metrics):
    """A finished study."""
    folder, found = StudyFolder(root), content or study()
    root.mkdir(parents=True)
    folder.write_study(found)
    for trial in found.plan.trials:
        folder.write_record(replace(record(trial, study_id=found.id, **metrics), seconds=2.0))
    return folder, found


def free(*_):
    return ""


def test_trials_of_the_same_configuration_and_seed_are_found_whatever_their_place(tmp_path):
    old = left(tmp_path / "old", acc=1.0)
    new = study(axis("lr", "0.7", "0.9"), seeds=(0, 1))
    found = look_up(new.plan.trials, APP, [old], free)
    names = {(new.plan.trials[index].deviation, new.plan.trials[index].seed) for index in found.found}
    assert names == {(None, 0), ("lr=0.9", 0)}
    assert found.seconds == {None: 2.0, "lr=0.9": 2.0}


def test_a_control_is_never_taken_over(tmp_path):
    old = left(tmp_path / "old", acc=1.0)
    new = study(controls=(("repeat", None), ("bite", axis("lr", "0.9"))))
    found = look_up(new.plan.trials, APP, [old], free)
    assert {new.plan.trials[index].deviation for index in found.found} == {None, "lr=0.5", "lr=0.9"}


@pytest.mark.parametrize("spoil", ["failed", "damaged", "missing", "another study"])
def test_only_finished_readable_records_are_taken(tmp_path, spoil):
    folder, old = left(tmp_path / "old")
    trial = old.plan.trials[1]
    path = folder.job(trial.folder) / "record.json"
    match spoil:
        case "failed":
            folder.write_record(record(trial, "failed"))
        case "damaged":
            path.write_text('{"schema": 1, "study"')
        case "missing":
            path.unlink()
        case "another study":
            folder.write_record(record(trial, study_id="x"))
    assert sorted(look_up(old.plan.trials, APP, [(folder, old)], free).found) == [0, 2]


def test_the_trials_of_another_app_are_none(tmp_path):
    old = left(tmp_path / "old")
    assert look_up(study().plan.trials, ("other.py",), [old], free).found == {}


def test_what_is_refused_is_counted_with_its_reason_and_an_older_study_may_serve(tmp_path):
    newer, older = left(tmp_path / "newer"), left(tmp_path / "older", replace(study(), id="older"))

    def refuses(found, trial):
        return "numpy: 1 → 2" if found.study == "abc" or trial.index == 2 else ""

    found = look_up(study().plan.trials, APP, [newer, older], refuses)
    assert {found.found[index].record.study for index in (0, 1)} == {"older"}
    assert found.refused == {"numpy: 1 → 2": 1}


def test_a_trial_taken_over_is_a_record_of_its_own_with_all_files(tmp_path):
    folder, old = left(tmp_path / "old", acc=1.0)
    job = folder.job(old.plan.trials[1].folder)
    (job / "artifacts" / "deep").mkdir(parents=True)
    (job / "artifacts" / "deep" / "model.bin").write_text("weights")
    (job / "curves.jsonl").write_text("{}\n")
    folder.write_record(replace(record(old.plan.trials[1], acc=1.0), curves="curves.jsonl"))
    new = replace(study(axis("lr", "0.5")), id="new")
    into = StudyFolder(tmp_path / "new")
    take_over(new, into, look_up(new.plan.trials, APP, [(folder, old)], free))
    taken = into.records(new)

    assert sorted(taken) == [0, 1]
    assert (taken[1].study, taken[1].trial, taken[1].metrics) == ("new", 1, {"acc": 1.0})
    assert taken[1].reused_from == {"study": "abc", "folder": str(job)}
    there = into.job(new.plan.trials[1].folder)
    assert (there / "artifacts" / "deep" / "model.bin").read_text() == "weights"
    (job / "curves.jsonl").unlink()
    assert (there / "curves.jsonl").exists(), "it stays if the old study is deleted"

    third = StudyFolder(tmp_path / "third")
    take_over(replace(new, id="third"), third, look_up(new.plan.trials, APP, [(into, new)], free))
    assert third.records(replace(new, id="third"))[1].reused_from == {"study": "abc", "folder": str(job)}, (
        "where it was really run"
    )


# -- beside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, fixed, depth",
    [
        ("outputs/${hydra.job.name}/${now:%Y-%m-%d_%H-%M-%S}", "outputs/train", 1),
        ("multirun/${now:%Y-%m-%d}/${now:%H-%M-%S}", "multirun", 2),
        ("multirun/${now:%Y/%m}/run", "multirun", 2),
        ("${now:%H}", ".", 1),
        ("/data/${now:%H}", "/data", 1),
        ("studies/lr", "studies", 1),
        ("a/x-${now:%H}", "a", 1),
    ],
)
def test_the_fixed_part_of_the_sweeps_folder(text, fixed, depth):
    if not OmegaConf.has_resolver("now"):
        OmegaConf.register_new_resolver("now", lambda _: "10")
    config = OmegaConf.create({"hydra": {"job": {"name": "train"}, "sweep": {"dir": text, "subdir": "0"}}})
    assert (str(fixed_part(config)[0]), fixed_part(config)[1]) == (fixed, depth)
    assert OmegaConf.to_container(config)["hydra"]["sweep"]["dir"] == text, "the configuration is as it was"


def test_earlier_studies_are_read_newest_first_without_ones_own_and_the_damaged(tmp_path):
    import os

    config = OmegaConf.create({"hydra": {"sweep": {"dir": str(tmp_path / "own")}}})
    for number, name in enumerate(["oldest", "own", "damaged", "newest"]):
        folder, _ = left(tmp_path / name, replace(study(), id=name))
        os.utime(folder.study_file, (number, number))
    (tmp_path / "damaged" / "study.json").write_text("{")
    assert [found.id for _, found in earlier(config, tmp_path / "own")] == ["newest", "oldest"]
