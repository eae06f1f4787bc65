"""Job returns travel and wait packed, and are Hydra's own to whoever looks."""

import copy
import pickle

import pytest
from hydra.core.utils import JobReturn, JobStatus
from omegaconf import OmegaConf

from oneaxis.study.returns import StoredReturn, pack_return, unpack_return


@pytest.fixture
def job():
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


def test_a_return_arrives_as_it_was(job):
    found, loaded = unpack_return(pack_return(job, ["numpy", "torch"]))

    assert loaded == ["numpy", "torch"]
    assert isinstance(found, JobReturn)
    for name in ("overrides", "cfg", "hydra_cfg", "working_dir", "task_name", "status", "return_value"):
        assert getattr(found, name) == getattr(job, name), name
    assert found.cfg.y == 1


def test_a_failed_job_raises_its_own_error(job):
    job.status = JobStatus.FAILED
    job.return_value = ValueError("too large")
    found, _ = unpack_return(pack_return(job, []))

    with pytest.raises(ValueError, match="too large"):
        _ = found.return_value


def test_what_is_changed_in_place_stays_changed(job):
    found, _ = unpack_return(pack_return(job, []))
    found.cfg.x = 7

    assert found.cfg.y == 7
    found.hydra_cfg = None
    assert found.hydra_cfg is None
    assert found.cfg.x == 7


@pytest.mark.parametrize("look", [False, True])
def test_it_can_be_copied_and_pickled(job, look):
    found, _ = unpack_return(pack_return(job, []))
    assert not look or found.cfg.x == 1

    for twin in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert twin.cfg == job.cfg
        assert twin.return_value == {"score": 0.5}


def test_ten_thousand_fit_in_memory(job):
    keys = {f"key{number}": {"value": number, "text": f"${{key{number}.value}}"} for number in range(300)}
    job.cfg = OmegaConf.create(keys)
    found, _ = unpack_return(pack_return(job, []))

    assert len(pickle.dumps(found)) < 30_000  # 300 MB over all, had each this large a configuration


def test_half_an_answer_is_none(job):
    assert unpack_return(pack_return(job, [])[:40]) is None
    assert unpack_return(b"") is None
    assert StoredReturn(JobReturn(), pack_return(job, [])).status == JobStatus.UNKNOWN
