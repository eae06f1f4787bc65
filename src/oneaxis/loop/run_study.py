"""Run a study: plan, prove, launch, mirror, compare, tell."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.utils import JobReturn
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig
from rich.console import Console

from oneaxis.analysis.claims import Standing, claims_health
from oneaxis.composing.compose import Composer
from oneaxis.composing.overrides import Grammar
from oneaxis.composing.snapshot import take_snapshot
from oneaxis.composing.text import quote
from oneaxis.errors import BadOverride, OneAxisError
from oneaxis.loop.answer import asked, leave_planned, leave_started
from oneaxis.loop.ask import ask
from oneaxis.loop.begin import begin, described
from oneaxis.loop.claims import reproduce_command, where_claims_stand
from oneaxis.loop.command_line import config_name
from oneaxis.loop.history import remarks_of_the_past
from oneaxis.loop.hydras_files import hide_store
from oneaxis.loop.job_folder import refuse_shared
from oneaxis.loop.known import foreseen, going_on, refusing
from oneaxis.loop.launchers import (
    left_behind,
    pass_limit_on,
    refuse_hidden_devices,
    runs_locally,
    thread_limits,
    without_effect,
)
from oneaxis.loop.launching import Launching
from oneaxis.loop.looking import end, looked_at
from oneaxis.loop.proved import proving
from oneaxis.loop.settings import Settings, read_settings
from oneaxis.loop.study_run import StudyRun
from oneaxis.masking import masked_override
from oneaxis.planning.plan import make_plan
from oneaxis.report.terminal import console, plan_heading, plan_view, say
from oneaxis.study.job import TaskName, name_of
from oneaxis.study.local_launch import start_server
from oneaxis.study.program import program_of_this_process
from oneaxis.study.progress import Progress
from oneaxis.study.times import Stages
from oneaxis.tracking.store import choose_store, reach
from oneaxis.trial.address import handed_to_jobs
from oneaxis.trial.loaded import loaded
from oneaxis.trial.ranks import VARIABLE as RANK_VARIABLE
from oneaxis.trial.ranks import InsideTrial, around_this_process, of_its_own
from oneaxis.vocabulary import Compose, Composed, Plan

_calls: Counter[TaskName] = Counter()  # how often the program has handed each of its tasks to us


def run_study(
    config: DictConfig, context: HydraContext, task: TaskFunction, arguments: Sequence[str], modules: Sequence[str]
) -> Sequence[Sequence[JobReturn]]:
    """Do all that `python train.py -m …` does, in the process that was started so.

    `modules` are those that the program had loaded when it called Hydra.

    Raises
    ------
    OneAxisError
        If the study is refused before its first job, or (`StudyFailed`) a trial ends without a result.
    """
    trial = around_this_process()
    if trial is not None:
        return run_rank(config, task, arguments, trial)
    try:
        return _run_study(config, context, task, arguments, modules)
    except OneAxisError as error:
        told = str(error)
        for text in arguments:
            told = told.replace(text, masked_override(text))
        error.args = (told,)
        raise


def _run_study(
    config: DictConfig, context: HydraContext, task: TaskFunction, arguments: Sequence[str], modules: Sequence[str]
) -> Sequence[Sequence[JobReturn]]:
    loaded.look()  # now: a file that is edited from here on is not what this process runs
    stages = Stages()
    call = _calls[name_of(task)]
    _calls[name_of(task)] += 1
    terminal = console()
    answer = asked()
    settings = read_settings(config.hydra)
    if looked_at():
        settings = replace(settings, dry_run=True)
    tracking = choose_store(settings.tracking, settings.experiment, str(config.hydra.job.name), Path.cwd())
    refuse_hidden_devices(config, os.environ.get("CUDA_VISIBLE_DEVICES"))
    pass_limit_on(config)
    local = runs_locally(config) and not settings.dry_run
    with handed_to_jobs(tracking.uri), start_server(config, modules) if local else nullcontext() as server:
        loader, unfrozen = take_snapshot(context.config_loader, config)
        context = HydraContext(config_loader=loader, callbacks=context.callbacks)
        composer = Composer(context.config_loader, config)
        plan = _plan(settings, context, composer, arguments, terminal)
        standing, unread = where_claims_stand(config, composer, Path.cwd())
        reproduce = reproduce_command(config_name(sys.argv[1:]))
        remarks = _remarks(plan, settings, config, standing, reproduce=reproduce, unfrozen=unfrozen)
        lost = [] if unread is None else [f"the reference's claims are left aside: {unread}"]
        plan = replace(plan, remarks=(*plan.remarks, *remarks, *lost))
        terminal.print(plan_view(plan, heading=plan_heading(plan)))
        refuse_shared(config, loader, plan)
        refuses = refusing(plan, composer, proving(settings.reuse, thread_limits(config)))
        stages.mark("planned")
        if settings.dry_run:
            planned = described(config, plan, settings.policy, tracking, "dry run")
            leave_planned(answer, planned, config, composer, standing, unread_claims=unread)
            for line in foreseen(config, settings, plan, refuses):
                say(terminal, line)
            say(terminal, "Dry run: nothing was run and nothing written.")
            if looked_at():
                end()
            return []
        if tracking.live:
            reach(str(tracking.uri))
        hide_store(config)
        begun = begin(config, settings, plan, tracking, terminal, refuses=refuses)
        try:
            leave_started(answer, begun.folder.root)
            launching = Launching(config, context, task, begun.study, begun.folder, server, begun.moved, call)
            claims = claims_health(standing, reproduce)
            run = StudyRun(
                launching,
                settings,
                begun.study,
                begun.folder,
                terminal,
                stages=stages,
                claims=claims,
                queued=begun.queued,
            )
            return run.to_the_end(uri=tracking.uri)
        finally:
            begun.claim.release()


def run_rank(
    config: DictConfig, task: TaskFunction, arguments: Sequence[str], trial: InsideTrial
) -> Sequence[Sequence[JobReturn]]:
    """Run the trial that started this program once more, unrecorded: in the trial's folder, with its overrides.

    Raises
    ------
    BadOverride
        If the program was started for another study: trials start none.
    """
    if not set(trial.typed) <= set(arguments):
        raise BadOverride(
            f"a trial ({' '.join(map(masked_override, trial.overrides)) or 'the reference'}) starts a study of its own "
            "here, and a trial "
            f"runs one configuration; start it without `-m`, or in an environment without {RANK_VARIABLE}"
        )
    ours = ("hydra.sweep", "hydra/sweep", "hydra.launcher", "hydra/launcher", "hydra.mode", "hydra.run.dir")
    kept = [text for text in config.hydra.overrides.hydra if not text.lstrip("+~").startswith(ours)]
    own = [text for text in config.hydra.overrides.hydra if text.startswith("hydra.run.dir=")]
    folder = own or [f"hydra.run.dir={quote(trial.folder)}", "hydra.output_subdir=null"]
    overrides = [*trial.overrides, *of_its_own(arguments, trial), *kept, *folder]
    hydra: Any = GlobalHydra.instance().hydra
    return [[hydra.run(config.hydra.job.config_name, task, overrides)]]


def _remarks(
    plan: Plan,
    settings: Settings,
    config: DictConfig,
    standing: Sequence[Standing],
    *,
    reproduce: str,
    unfrozen: str | None,
) -> Iterator[str]:
    """What people should know of this study before it runs."""
    if unfrozen is not None:
        yield f"the files in use aren't frozen for this study: {unfrozen}"
    yield from without_effect(config)
    yield from left_behind(config, program_of_this_process())
    there = going_on(config, settings, plan)
    own = None if there is None else there.id
    yield from remarks_of_the_past(plan, settings.roles, standing, Path.cwd(), reproduce, own=own)
    if settings.left_aside:
        yield f"settings of the app's own sweeper are left aside: {', '.join(settings.left_aside)}"


def _plan(
    settings: Settings, context: HydraContext, composer: Composer, arguments: Sequence[str], terminal: Console
) -> Plan:
    grammar = Grammar(context.config_loader, carries=settings.carries)
    request = ask(settings, grammar, composer, grammar.joined(settings.params, arguments))
    candidates = sum(len(axis.candidates) for axis in request.axes)
    with Progress(terminal, candidates + 1 + request.pinned, verb="composing") as progress:
        return make_plan(request, _counted(composer, progress))


def _counted(compose: Compose, progress: Progress) -> Compose:
    def counted(overrides: Sequence[str], *, places: bool = False) -> Composed:
        composed = compose(overrides, places=places)
        progress.advance()
        return composed

    return counted
