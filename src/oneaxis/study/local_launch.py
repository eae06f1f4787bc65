"""A batch of Hydra jobs on this machine."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, configure_log, setup_globals
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict

from oneaxis.study.cores import physical_cores, visible_devices
from oneaxis.study.handle import Ahead, Server
from oneaxis.study.job import Ticket, by_value, name_of, packed
from oneaxis.study.program import Program, program_of_this_process
from oneaxis.study.returns import KeptReturn
from oneaxis.study.warm import Fresh, Warm
from oneaxis.study.workers import Places, Workers
from oneaxis.trial.guard import Guard

SECONDS = 60.0
LARGE = 100  # modules that take about a second to import
NOTABLE = 20  # of them, in one part of a library
MOST_NAMED = 6
MANY = 4  # trials of a study that is told how to be quicker

log = logging.getLogger(__name__)


def launch_locally(
    config: DictConfig,
    context: HydraContext,
    task: TaskFunction,
    job_overrides: Sequence[Sequence[str]],
    first: int,
    *,
    server: Server | None = None,
    modules: Sequence[str] = (),
    call: int = 0,
    returned: Callable[[int, JobReturn], None] = lambda *_: None,
    ranks: Mapping[int, int] | None = None,
) -> Sequence[JobReturn]:
    """Run the jobs; their returns in the order asked for. `server` is one that was started before;
    else one is started, `modules` being those that the program had loaded when it called Hydra.

    `returned` is told each job's number and return as soon as it is there. `ranks` say which job numbers start first.
    `call` counts how often the program has handed this very task to Hydra before.
    """
    setup_globals()
    configure_log(config.hydra.hydra_logging, config.hydra.verbose)
    Path(str(config.hydra.sweep.dir)).mkdir(parents=True, exist_ok=True)
    returns: dict[int, JobReturn] = {}
    with ExitStack() as stack:
        using = server or stack.enter_context(start_server(config, modules))
        if not isinstance(using.program, Program) and isinstance(using.way, Fresh):
            # A task that comes by value is always forked: then from a process that has loaded nothing.
            using = stack.enter_context(Server(using.program, Ahead(warm=False), ()))
        jobs = [_composer(config, context, overrides, first + place) for place, overrides in enumerate(job_overrides)]
        order = sorted(range(len(jobs)), key=lambda place: (ranks or {}).get(first + place, first + place))
        workers = Workers(using, _ticket(using, context, task, call), places(config))
        for place, answer in workers.run(jobs, order):
            if answer.overrides is None:  # it died before it could say
                answer.overrides = [text for text in job_overrides[place] if not text.startswith("hydra.")]
            returns[place] = answer
            returned(first + place, answer)
    return [returns[place] for place in range(len(job_overrides))]


def start_server(config: DictConfig, modules: Sequence[str]) -> Server:
    """Start the process that starts trials; `modules` are those that the program had loaded when it called Hydra."""
    warm = OmegaConf.select(config, "hydra.sweeper.warm", default=True)
    declared = tuple(str(name) for name in warm) if OmegaConf.is_list(warm) else ()
    return Server(program_of_this_process(), Ahead(warm is not False, declared, job_variables(config)), modules)


def small_print(server: Server) -> str:
    """How trials start, in one line. Waits until the server has loaded what it loads."""
    threads = "; one thread each" if "OMP_NUM_THREADS" in server.given else ""
    if not isinstance(server.program, Program):
        return (
            f"trials: the task alone, a process each: it is called by {server.program.host}, not by a program{threads}"
        )
    start = server.program.start
    name = {"script": start.what, "module": f"-m {start.what}", "command": "-c …"}[start.kind]
    whole = f"trials: `python {name}` from its first line"
    match server.way:
        case Fresh(reasons):
            more = f" (and for {len(reasons) - 1} more reasons)" if len(reasons) > 1 else ""
            return f"{whole}, an interpreter each: {reasons[0]}{more}{threads}"
        case Warm(names):
            most = [*names[:3], *(["more"] if len(names) > 3 else [])]  # noqa: PLR2004 - a line's worth
            ahead = (
                f", with {' and '.join(filter(None, (', '.join(most[:-1]), most[-1])))} loaded already" if most else ""
            )
            return f"{whole}, a process each{ahead}{threads}"


def imports_told(returns: Sequence[Sequence[JobReturn]]) -> str:
    """What trials spend on imports that could be made once for all; empty where that is little."""
    found = [job.told.imported for batch in returns for job in batch if isinstance(job, KeptReturn)]
    parts = Counter({name: size for each in found for name, size in each.items()})
    if parts.total() < LARGE or len(found) < MANY:
        return ""
    names = [name for name, size in parts.most_common(MOST_NAMED) if size >= NOTABLE]
    libraries = dict.fromkeys(name.partition(".")[0] for name in names)
    return (
        f"each trial's task imported {', '.join(libraries)} by itself; if nothing that it does before matters to them, "
        f"'hydra.sweeper.warm=[{','.join(names)}]' loads them once for all"
    )


def places(config: DictConfig) -> Places:
    """Workers, devices and time limit: as set, else a worker per visible device or physical core."""
    asked = OmegaConf.select(config, "hydra.sweeper.workers")
    named = OmegaConf.select(config, "hydra.sweeper.devices")
    minutes = OmegaConf.select(config, "hydra.sweeper.timeout_minutes")
    devices = visible_devices() if named is None else tuple(str(device) for device in named)
    workers = int(asked) if asked is not None else (len(devices) or physical_cores())
    shared = tuple(devices[number % len(devices)] for number in range(workers)) if devices else ()
    return Places(workers, shared, None if minutes is None else float(minutes) * SECONDS)


def _ticket(server: Server, context: HydraContext, task: TaskFunction, call: int) -> Ticket:
    """What all jobs of a batch share."""
    name = name_of(task, call)
    if not isinstance(server.program, Program):
        return Ticket(b"", name, value=by_value(context, task))
    guard = replace(task, task=_no_task) if isinstance(task, Guard) else None
    return Ticket(b"", name, guard)


def _no_task(_: Any) -> Any:
    """In place of the task while its guard travels: the program brings it."""


def _composer(
    config: DictConfig, context: HydraContext, overrides: Sequence[str], number: int
) -> Callable[[], tuple[bytes, Mapping[str, str]]]:
    def composed() -> tuple[bytes, Mapping[str, str]]:
        job = context.config_loader.load_sweep_config(config, list(overrides))
        with open_dict(job):
            job.hydra.job.id = number
            job.hydra.job.num = number
        return packed(job), job_variables(job)

    return composed


def job_variables(config: DictConfig) -> dict[str, str]:
    """What a job sets by `hydra.job.env_set`; nothing where that can't be read, which the job itself then tells."""
    with suppress(Exception):
        return {str(name): str(value) for name, value in (config.hydra.job.env_set or {}).items()}
    return {}
