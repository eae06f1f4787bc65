"""One trial in its own process: what happens where the user's program calls Hydra.

A trial runs the user's program from its first line. Where that program hands its task to Hydra, this module runs the
trial's job in place of a whole study, answers the sweeping process, and lets the program go on to its own end.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

import cloudpickle
from hydra._internal.callbacks import Callbacks
from hydra._internal.hydra import Hydra
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, setup_globals
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext
from omegaconf import OmegaConf

from oneaxis.errors import TrialFailed
from oneaxis.study import hydra_job
from oneaxis.study.returns import keep, pack_return
from oneaxis.study.warm import sizes
from oneaxis.trial.guard import Guard
from oneaxis.trial.loaded import MAIN, loaded

HANDED = "ONEAXIS_JOB"  # a fresh interpreter's parent, and the descriptors of its ticket and its answer

Task = Callable[[Any], Any]


@dataclass(frozen=True)
class TaskName:
    """The task that a program hands to Hydra: its module and name; `call`: the how many-eth such call it is, from 0."""

    module: str
    name: str
    call: int = 0


@dataclass(frozen=True)
class Ticket:
    """What a trial's process needs beside the user's program. `config` is the job's configuration, a pickle.

    `value` is a task that travels by value with what it needs of Hydra's state: where there is no program to run.
    """

    config: bytes
    task: TaskName
    guard: Guard | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    value: bytes | None = None


def name_of(task: Any, call: int = 0) -> TaskName:
    """How a task is known again in another process."""
    inner = task.task if isinstance(task, Guard) else task
    return TaskName(str(getattr(inner, "__module__", "")), str(getattr(inner, "__qualname__", type(inner))), call)


def by_value(context: HydraContext, task: Task) -> bytes:
    """A task for which there is no program to run, as bytes for another process.

    Raises
    ------
    TrialFailed
        If something that it needs can't be pickled.
    """
    shared = {"state": Singleton.get_state(), "loader": context.config_loader, "task": task, "path": list(sys.path)}
    try:
        return bytes(cloudpickle.dumps(shared))
    except Exception as error:
        raise TrialFailed(
            f"the task can't be taken into another process: {error}; put it into a script, or use hydra/launcher=basic"
        ) from error


def packed(config: Any) -> bytes:
    """A job's configuration for another process: by reference, so that its classes are the program's own there."""
    try:
        return pickle.dumps(config, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001 - classes that were made while the program ran have no name to be found by
        file = io.BytesIO()
        _ByName(file).dump(config)
        return file.getvalue()


class _ByName(cloudpickle.Pickler):  # type: ignore[misc]  # untyped
    """By value only what has no name to be found by: other classes of the main script are the program's own, too."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, type):
            # What `make_dataclass` makes says another module's name.
            for module in (obj.__module__, MAIN, *sys.modules):
                if _found(module, obj.__qualname__) is obj:
                    return NotImplemented if module == obj.__module__ else (_found, (module, obj.__qualname__))
        return super().reducer_override(obj)


def _found(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, "__dict__", {}).get(part)  # past a lazy module's own attributes, which would load it
    return found


def take_over(ticket: Ticket, answer: int) -> None:
    """From here on, this process's program runs the ticket's job where it calls Hydra. `answer`: a descriptor."""
    calls = 0
    pipe = os.fstat(answer)

    def run(loader: Any, task: Task) -> list[list[JobReturn]]:
        nonlocal calls
        ours, call = name_of(task, ticket.task.call) == ticket.task, calls
        calls += ours
        if not ours or call != ticket.task.call:
            return []  # another task of this program, or another study of this one
        process, before = os.getpid(), set(sys.modules)
        job, raised = run_job(loader, task, ticket)
        if os.getpid() == process:  # not a copy of it, which the task made by a fork and let return
            _answer(job, answer, pipe, sizes(set(sys.modules) - before, depth=2))
        if raised is not None:
            raise raised
        if job.status != JobStatus.COMPLETED:
            sys.exit(1)  # as Hydra does
        return [[job]]

    class Stand(Sweeper):
        def setup(self, **given: Any) -> None:
            self.given = given

        def sweep(self, arguments: list[str]) -> Any:  # noqa: ARG002 - Hydra's interface
            return run(self.given["hydra_context"].config_loader, self.given["task_function"])

    def instead(*_: Any, **given: Any) -> Stand:
        sweeper = Stand()
        sweeper.setup(**given)
        return sweeper

    def in_place_of_hydra(hydra: Hydra, config_name: Any, task_function: Task, *_: Any, **__: Any) -> Any:  # noqa: ARG001 - Hydra's
        return run(hydra.config_loader, task_function)

    hydras: Any = Hydra
    hydras.get_mode = lambda *_, **__: None  # composes the whole configuration, to say what is known here
    hydras.run = hydras.multirun = in_place_of_hydra
    plugins: Any = Plugins
    plugins.instantiate_sweeper = instead  # hydra-zen calls sweepers itself


def take_over_if_handed() -> None:
    """`take_over` in an interpreter that was started for one trial. Called when Hydra loads its plugins."""
    parent, _, descriptors = os.environ.get(HANDED, "").partition(":")
    # A trial's own children inherit the variable, and are no trials.
    if not descriptors or parent != str(os.getppid()):
        return
    del os.environ[HANDED]
    ticket, answer = map(int, descriptors.split(","))
    with os.fdopen(ticket, "rb") as file:
        given: Ticket = pickle.load(file)  # noqa: S301 - made by our own parent
    os.set_inheritable(answer, False)
    loaded.look()
    take_over(given, answer)


def run_by_value(ticket: Ticket, answer: int) -> None:
    """Run a ticket's job whose task came by value."""
    assert ticket.value is not None
    shared: dict[str, Any] = pickle.loads(ticket.value)  # noqa: S301 - made by our own parent
    sys.path[:] = shared["path"]
    Singleton.set_state(shared["state"])
    setup_globals()
    process, pipe = os.getpid(), os.fstat(answer)
    job, _ = run_job(shared["loader"], shared["task"], replace(ticket, guard=None))
    if os.getpid() == process:
        _answer(job, answer, pipe)


def run_job(loader: Any, task: Task, ticket: Ticket) -> tuple[JobReturn, BaseException | None]:
    """Run one job under its guard; what can't even begin is a failed job.

    What Hydra lets pass, as KeyboardInterrupt, is given beside the return: it ends the program.
    """
    guarded = task if ticket.guard is None else replace(ticket.guard, task=task, shared=False)
    raised: BaseException | None = None
    try:
        callbacks = Callbacks(pickle.loads(ticket.config))  # noqa: S301 - made by our own parent
        return hydra_job.run(HydraContext(loader, callbacks), cast("Any", guarded), ticket.config), None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a folder that can't be made, a logger that can't be set up
        text = f"{type(error).__name__}: {error}"
    except BaseException as error:  # noqa: BLE001 - see above
        text, raised = f"the task raised {type(error).__name__}", error
    job = JobReturn(status=JobStatus.FAILED)
    job.return_value = TrialFailed(text)
    return job, raised


def _answer(job: JobReturn, answer: int, pipe: os.stat_result, imported: Mapping[str, int] | None = None) -> None:
    message = pack_return(keep(job, imported))
    with suppress(OSError):  # the study may be gone; the record is on disk
        # A task that closes all descriptors may have opened a file of its own under this one's number.
        if os.path.samestat(os.fstat(answer), pipe):
            with os.fdopen(answer, "wb") as file:
                file.write(message)


def warm_up() -> None:
    """Let this process do once what takes the first job of a process longest."""
    from omegaconf.grammar_parser import parse  # noqa: PLC0415 - private to OmegaConf, and only for speed

    # The first interpolation, YAML and look at the machine cost a process more than all later ones. The parser's first
    # reading of a shape, too: these are those of Hydra's own configuration.
    setup_globals()
    for text in ("${one}", "${.one}/${hydra.job.name}.log", "${one:%Y-%m-%d}/${one:%H-%M-%S}"):
        parse(text)
    OmegaConf.to_yaml(OmegaConf.create({"one": 1, "other": "${one}"}), resolve=True)
    from oneaxis.trial.environment import environment  # noqa: PLC0415 - as above
    from oneaxis.trial.provenance import machine  # noqa: PLC0415 - as above

    machine()
    loaded.look()
    environment({})
