"""Jobs that fail before their task are known by what they noted when they started, and say why they failed."""

from __future__ import annotations

import logging.config
import pickle
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import SimpleNamespace

import pytest
from hydra.core.utils import JobStatus
from omegaconf import OmegaConf

from oneaxis.errors import TrialFailed
from oneaxis.study.started import NotingLoader, Started, before_its_task


def no_folder(path="/proc/no"):
    raise FileNotFoundError(2, "No such file or directory", path)


def parents_of_no_folder():
    try:
        no_folder("/proc/no/deeper")
    except FileNotFoundError:
        no_folder()


def no_log():
    handler = {"class": "logging.FileHandler", "filename": "/proc/no/app.log"}
    logging.config.dictConfig({"version": 1, "handlers": {"file": handler}})


def no_variable():
    _ = OmegaConf.create({"env_set": {"A": "${nothing}"}}).env_set.A


def of_a_queue():
    try:
        no_folder()
    except FileNotFoundError:
        trace = traceback.format_exc()
    raise RuntimeError(f"Job (task=0) failed during processing with trace:\n----------\n{trace}\n----------\nSee logs")


NO_FOLDER = "FileNotFoundError: [Errno 2] No such file or directory: '/proc/no'"
NO_LOG = (
    "ValueError: Unable to configure handler 'file' "
    "(FileNotFoundError: [Errno 2] No such file or directory: '/proc/no/app.log')"
)
WORDS = [
    (no_folder, NO_FOLDER),
    (parents_of_no_folder, NO_FOLDER),
    (no_log, NO_LOG),
    (no_variable, "InterpolationKeyError: Interpolation key 'nothing' not found full_key: env_set.A object_type=dict"),
    (of_a_queue, NO_FOLDER),
]


def raised(fails):
    with pytest.raises(Exception) as caught:
        fails()
    return caught.value


@pytest.mark.parametrize("fails, words", WORDS)
def test_the_reason_is_named_with_what_it_is_about(fails, words):
    error = raised(fails)
    job = before_its_task(error)
    assert job.status == JobStatus.FAILED
    assert type(job._return_value) is TrialFailed
    assert str(job._return_value) == f"before its task: {words}"
    assert job._return_value.__cause__ is error


def test_the_reason_comes_out_of_another_process():
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        error = raised(pool.submit(no_log).result)
    assert str(before_its_task(error)._return_value) == f"before its task: {NO_LOG}"


def test_a_job_is_noted_where_the_launcher_composes_it_whatever_becomes_of_it(tmp_path):
    def load_sweep_config(_, overrides):
        if "bad" in overrides:
            raise ValueError
        return overrides

    started = Started(tmp_path)
    loader = NotingLoader(SimpleNamespace(load_sweep_config=load_sweep_config, other=5), started)
    assert loader.load_sweep_config(None, ["lr=1", "hydra.sweeper.job.trial=12"]) == [
        "lr=1",
        "hydra.sweeper.job.trial=12",
    ]
    with pytest.raises(ValueError):
        loader.load_sweep_config(None, ["bad", "hydra.sweeper.job.trial=3"])
    assert [number for number in range(20) if started.has(number)] == [3, 12]
    assert loader.other == 5
    started.forget([SimpleNamespace(index=3), SimpleNamespace(index=4)])
    assert not started.has(3)
    started.forget_all()
    assert list(tmp_path.iterdir()) == []


def test_the_loader_goes_to_another_process(tmp_path):
    loader = pickle.loads(pickle.dumps(NotingLoader(SimpleNamespace(other=5), Started(tmp_path))))
    assert (loader.other, loader.started) == (5, Started(tmp_path))
