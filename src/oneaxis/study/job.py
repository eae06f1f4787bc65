"""One trial in its own process: from the composed configuration to Hydra's job return."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, cast

import cloudpickle
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, setup_globals
from hydra.types import HydraContext
from omegaconf import OmegaConf
from omegaconf.grammar_parser import parse

from oneaxis.errors import TrialFailed
from oneaxis.study import hydra_job
from oneaxis.study.main_module import AppMain, become, defined_in_main, load_names, main_script_of_this_process
from oneaxis.study.returns import pack_return
from oneaxis.trial.environment import environment
from oneaxis.trial.guard import Guard
from oneaxis.trial.loaded import loaded
from oneaxis.trial.provenance import machine


@dataclass(frozen=True)
class MainTask:
    """A task in the main script that can't be pickled: found again by its name."""

    name: str


def pack(context: HydraContext, task: Callable[[Any], Any]) -> bytes:
    """What all jobs of a study share, as bytes for another process.

    A task of the main script travels by value; where its globals can't (a lock, say), by its name.
    """
    state = Singleton.get_state()  # Hydra's own, and the resolvers that the app registered
    shared = {
        "callbacks": context.callbacks,
        "loader": context.config_loader,
        "main": main_script_of_this_process(),
        "travelled": {},
    }
    attempts = (
        {**shared, "state": state, "task": task, "travelled": defined_in_main()},
        {**shared, "state": state, "task": task},
        {**shared, "state": state, "task": _by_name(task)},
        # Resolvers that can't travel are registered again when the main script is loaded.
        {**shared, "state": {**state, "omegaconf_resolvers": None}, "task": _by_name(task)},
    )
    problem: Exception | None = None
    for attempt in attempts:
        try:
            return bytes(cloudpickle.dumps(attempt))
        except Exception as error:  # noqa: BLE001 - pickling user's objects may raise anything
            problem = error
    raise TrialFailed(f"the task can't be taken into another process: {problem}; use hydra/launcher=basic")


def unpack(payload: bytes) -> Mapping[str, Any]:
    """Load what `pack` packed, and Hydra's state with it. Called in the server, or in a trial if that failed."""
    shared = dict(pickle.loads(payload))  # noqa: S301 - made by our own parent
    main = become(shared.pop("main"), shared.pop("travelled"))
    shared["task"] = _task(shared["task"], main)  # first: loading the main script may register resolvers itself
    state = shared.pop("state")
    if state["omegaconf_resolvers"] is None:
        state["omegaconf_resolvers"] = Singleton.get_state()["omegaconf_resolvers"]
    Singleton.set_state(state)
    setup_globals()
    # The first interpolation, YAML and look at the machine cost a process more than all later ones. The parser's first
    # reading of a shape, too: these are those of Hydra's own configuration.
    shapes = ("${one}", "${.one}/${hydra.job.name}.log", "${one:%Y-%m-%d}/${one:%H-%M-%S}")
    for text in shapes:
        parse(text)
    OmegaConf.to_yaml(OmegaConf.create({"one": 1, "other": "${one}"}), resolve=True)
    machine()
    loaded.look()
    environment({})
    _look_for_data_frames()
    return shared


def _look_for_data_frames() -> None:
    """scikit-learn's first look at an array searches all installed packages for kinds of data frames."""
    validation: Any = sys.modules.get("sklearn.utils.validation")
    if validation is not None:
        with suppress(Exception):  # only a head start
            validation.check_array([[0.0]])


def run_one(load: Callable[[], Mapping[str, Any]], message: Mapping[str, Any], answer: int) -> int:
    """Run one job and send back its return; the exit status of the process. Called in a fresh fork."""
    before = set(sys.modules)
    os.environ.update(message["environment"])
    _reseed()
    try:
        shared = load()
        context = HydraContext(config_loader=shared["loader"], callbacks=shared["callbacks"])
        job = hydra_job.run(context, shared["task"], message["config"])
    except BaseException as error:  # noqa: BLE001 - whatever happened, the sweeper is told
        traceback.print_exc()
        job = JobReturn(status=JobStatus.FAILED)
        job.return_value = TrialFailed(f"{type(error).__name__}: {error}")
    loaded = sorted(set(sys.modules) - before)
    with os.fdopen(answer, "wb") as pipe:
        pipe.write(_packed(job, loaded))
    _flush()
    return 0


def _packed(job: JobReturn, loaded: list[str]) -> bytes:
    try:
        return pack_return(job, loaded)
    except Exception as error:  # noqa: BLE001 - a return value that can't travel; its record is on disk
        returned = job._return_value  # noqa: SLF001 - the public property raises for failed jobs
        if job.status == JobStatus.COMPLETED:
            job.return_value = None
        else:
            job.return_value = TrialFailed(f"{type(returned).__name__}: {returned} (not picklable: {error})")
        return pack_return(job, loaded)


def _by_name(task: Callable[[Any], Any]) -> Any:
    """The task as its place in the main script."""
    inner = task.task if isinstance(task, Guard) else task
    place = MainTask(getattr(inner, "__qualname__", ""))
    return replace(task, task=cast("Any", place)) if isinstance(task, Guard) else place


def _task(task: Any, main: AppMain) -> Callable[[Any], Any]:
    if isinstance(task, Guard):
        return replace(task, task=_task(task.task, main))
    if not isinstance(task, MainTask):
        return cast("Callable[[Any], Any]", task)
    load_names(main)
    found = vars(main)[task.name]
    # `@hydra.main` wraps the function that it decorates.
    return cast("Callable[[Any], Any]", getattr(found, "__wrapped__", found))


def _reseed() -> None:
    """A fork inherits NumPy's global generator: without this every trial would draw the same numbers."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing ends its children
