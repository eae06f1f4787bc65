"""A batch of Hydra jobs on this machine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, configure_log, setup_globals
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict

from oneaxis.study.cores import physical_cores, visible_devices
from oneaxis.study.head_start import ALWAYS, main_script, named_in
from oneaxis.study.job import pack
from oneaxis.study.spawned import COST, Spawned, can_fork
from oneaxis.study.workers import Places, Server, Workers

SECONDS = 60.0

log = logging.getLogger(__name__)


def launch_locally(
    config: DictConfig,
    context: HydraContext,
    task: TaskFunction,
    job_overrides: Sequence[Sequence[str]],
    first: int,
    *,
    server: Server | None = None,
    returned: Callable[[int, JobReturn], None] = lambda *_: None,
    ranks: Mapping[int, int] | None = None,
) -> Sequence[JobReturn]:
    """Run the jobs; their returns in the order asked for. `server` is one that was started before.

    `returned` is told each job's number and return as soon as it is there. `ranks` say which job numbers start first.
    """
    setup_globals()
    configure_log(config.hydra.hydra_logging, config.hydra.verbose)
    Path(str(config.hydra.sweep.dir)).mkdir(parents=True, exist_ok=True)
    returns: dict[int, JobReturn] = {}
    with ExitStack() as stack:
        workers: Workers | Spawned
        if can_fork():
            workers = Workers(server or stack.enter_context(start_server()), pack(context, task), places(config))
        else:
            log.warning(COST)
            workers = Spawned(pack(context, task), places(config))
        jobs = [_composer(config, context, overrides, first + place) for place, overrides in enumerate(job_overrides)]
        order = sorted(range(len(jobs)), key=lambda place: (ranks or {}).get(first + place, first + place))
        for place, answer in workers.run(jobs, order):
            if answer.overrides is None:  # it died before it could say
                answer.overrides = [text for text in job_overrides[place] if not text.startswith("hydra.")]
            returns[place] = answer
            returned(first + place, answer)
    return [returns[place] for place in range(len(job_overrides))]


def start_server() -> Server:
    """Start the process that trials are forked from, with what the app's script imports."""
    return Server((*ALWAYS, *named_in(main_script())))


def places(config: DictConfig) -> Places:
    """Workers, devices and time limit: as set, else a worker per visible device or physical core."""
    asked = OmegaConf.select(config, "hydra.sweeper.workers")
    named = OmegaConf.select(config, "hydra.sweeper.devices")
    minutes = OmegaConf.select(config, "hydra.sweeper.timeout_minutes")
    devices = visible_devices() if named is None else tuple(str(device) for device in named)
    workers = int(asked) if asked is not None else (len(devices) or physical_cores())
    shared = tuple(devices[number % len(devices)] for number in range(workers)) if devices else ()
    return Places(workers, shared, None if minutes is None else float(minutes) * SECONDS)


def _composer(config: DictConfig, context: HydraContext, overrides: Sequence[str], number: int) -> Callable[[], Any]:
    def composed() -> DictConfig:
        job = context.config_loader.load_sweep_config(config, list(overrides))
        with open_dict(job):
            job.hydra.job.id = number
            job.hydra.job.num = number
        return job

    return composed
