"""Job returns travel packed, stay packed until somebody looks, and are then Hydra's own."""

import copy
import os
import pickle

import pytest
from hydra.core.utils import JobReturn, JobStatus
from omegaconf import OmegaConf

from oneaxis.errors import TrialFailed, TrialTaken, WorkerDied
from oneaxis.study.returns import failed, keep, keep_in_place, pack_return, unpack_return

OPENED = []


class Device(float):
    """A number that tells when it is loaded."""

    def __reduce__(self):
        return _opened, (float(self),)


def _opened(number):
    OPENED.append(os.getpid())
    return number


class Refused(Exception):
    """An exception that can be pickled and never loaded."""

    def __init__(self, text, *, code):
        super().__init__(text)


@pytest.fixture
def job():
    OPENED.clear()
    made = JobReturn(
        overrides=["x=1"],
        cfg=OmegaConf.create({"x": 1, "y": "${x}"}),
        hydra_cfg=OmegaConf.create({"hydra": {"job": {"num": 3}}}),
        working_dir="there",
        task_name="app",
        status=JobStatus.COMPLETED,
    )
    made.return_value = {"score": 0.5}
    return made


def arrived(job):
    return unpack_return(pack_return(keep(job)))


def test_a_return_arrives_as_it_was(job):
    found = arrived(job)

    assert isinstance(found, JobReturn)
    for name in ("overrides", "cfg", "hydra_cfg", "working_dir", "task_name", "status", "return_value"):
        assert getattr(found, name) == getattr(job, name), name
    assert found.cfg.y == 1


def test_nothing_that_a_trial_made_is_loaded_before_somebody_asks_for_it(job):
    job.return_value = {"score": Device(0.5)}
    found = arrived(job)
    assert found.told.metrics == {"score": 0.5}
    assert not isinstance(found._return_value, (TrialTaken, WorkerDied))
    assert not OPENED

    assert found.return_value == {"score": 0.5}
    assert OPENED


def test_a_failed_job_raises_its_own_error(job):
    job.status = JobStatus.FAILED
    job.return_value = ValueError("too large")
    found = arrived(job)

    assert (found.told.kind, found.told.text) == ("ValueError", "too large")
    with pytest.raises(ValueError, match="too large"):
        _ = found.return_value


@pytest.mark.parametrize("error", [Refused("no", code=1), type("Local", (Exception,), {})("no")])
def test_an_error_that_can_not_be_loaded_is_told_by_its_name_and_text(job, error):
    job.status = JobStatus.FAILED
    job.return_value = error
    found = arrived(job)

    assert (found.told.kind, found.told.text) == (type(error).__name__, "no")
    with pytest.raises(Exception, match="no"):
        _ = found.return_value


def test_errors_of_ours_are_known_by_their_kind(job):
    job.status = JobStatus.FAILED
    job.return_value = TrialTaken("another process works at this trial")
    assert isinstance(arrived(job)._return_value, TrialTaken)


def test_an_error_of_the_tasks_own_is_never_taken_for_ours(job):
    job.status = JobStatus.FAILED
    job.return_value = type("WorkerDied", (Exception,), {})("not ours")
    assert not isinstance(arrived(job)._return_value, WorkerDied)


def test_what_is_changed_in_place_stays_changed(job):
    found = arrived(job)
    found.cfg.x = 7

    assert found.cfg.y == 7
    found.hydra_cfg = None
    assert found.hydra_cfg is None
    assert found.cfg.x == 7


def test_a_launcher_that_takes_the_very_object_takes_a_kept_one(job):
    job.return_value = {"score": Device(0.5)}
    keep_in_place(job)
    found = pickle.loads(pickle.dumps(job))
    assert not OPENED
    assert found.return_value == {"score": 0.5}
    assert found.cfg.y == 1


@pytest.mark.parametrize("look", [False, True])
def test_it_can_be_copied_and_pickled(job, look):
    found = arrived(job)
    assert not look or found.cfg.x == 1

    for twin in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert twin.cfg == job.cfg
        assert twin.return_value == {"score": 0.5}


def test_ten_thousand_fit_in_memory(job):
    keys = {f"key{number}": {"value": number, "text": f"${{key{number}.value}}"} for number in range(300)}
    job.cfg = OmegaConf.create(keys)

    assert len(pickle.dumps(arrived(job))) < 30_000  # 300 MB over all, had each this large a configuration


def test_half_an_answer_is_none(job):
    whole = pack_return(keep(job))
    assert unpack_return(whole[:-1]) is None
    assert unpack_return(whole[:10]) is None
    assert unpack_return(b"") is None


def test_a_job_that_never_answered_has_its_reason():
    made = failed(WorkerDied("killed"))
    assert isinstance(made._return_value, WorkerDied)
    assert made.cfg is None
    with pytest.raises(TrialFailed, match="killed"):
        _ = made.return_value
