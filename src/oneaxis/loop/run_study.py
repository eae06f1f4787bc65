"""Run a study: plan, prove, launch, mirror, compare, tell."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from hydra.core.utils import JobReturn
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from oneaxis.composing.compose import Composer
from oneaxis.composing.overrides import Grammar
from oneaxis.composing.snapshot import take_snapshot
from oneaxis.loop.ask import ask
from oneaxis.loop.settings import Settings, read_settings, typed_arguments
from oneaxis.loop.study_run import StudyRun
from oneaxis.planning.plan import make_plan
from oneaxis.report.terminal import console, plan_heading, plan_view, say
from oneaxis.study.folder import StudyFolder, claim
from oneaxis.study.local_launch import start_server
from oneaxis.study.progress import Progress
from oneaxis.tracking.handle import MirrorProcess
from oneaxis.tracking.store import choose_store, masked, reach
from oneaxis.trial.guard import now
from oneaxis.trial.provenance import entry_point
from oneaxis.vocabulary import Compose, Composed, Plan, Study


def run_study(
    config: DictConfig, context: HydraContext, task: TaskFunction, arguments: Sequence[str]
) -> Sequence[Sequence[JobReturn]]:
    """Do all that `python train.py -m …` does, in the process that was started so.

    Raises
    ------
    OneAxisError
        If the study is refused before its first job, or (`StudyFailed`) a trial ends without a result.
    """
    terminal = console()
    settings = read_settings(config.hydra)
    with start_server() if _runs_locally(config) and not settings.dry_run else nullcontext() as server:
        loader, unfrozen = take_snapshot(context.config_loader, config)
        context = HydraContext(config_loader=loader, callbacks=context.callbacks)
        plan = _plan(settings, config, context, arguments, terminal)
        if unfrozen is not None:
            plan = replace(plan, remarks=(*plan.remarks, f"the files in use aren't frozen for this study: {unfrozen}"))
        if settings.left_aside:
            names = ", ".join(settings.left_aside)
            plan = replace(plan, remarks=(*plan.remarks, f"settings of the app's own sweeper are left aside: {names}"))
        terminal.print(plan_view(plan, heading=plan_heading(plan)))
        if settings.dry_run:
            say(terminal, "Dry run: nothing was run and nothing written.")
            return []
        cwd = Path.cwd()
        tracking = choose_store(settings.tracking, settings.experiment, str(config.hydra.job.name), cwd)
        if tracking.live:
            reach(str(tracking.uri))
        wanted = Path(str(config.hydra.sweep.dir))
        folder = claim(wanted)
        study = Study(
            id=secrets.token_hex(8),
            name=f"{config.hydra.job.name} {folder.root.name}",
            created=now(),
            app=tuple(entry_point()),
            arguments=typed_arguments(),
            cwd=str(cwd),
            plan=plan,
            policy=settings.policy,
            tracking=replace(tracking, uri=masked(tracking.uri)) if tracking.uri else tracking,
        )
        folder.write_study(study)
        OmegaConf.save(config, folder.root / "multirun.yaml")
        say(terminal, f"Study: {folder.root}\n")
        run = StudyRun(config, context, task, settings, study, StudyFolder(folder.root.absolute()), terminal, server)
        return run.to_the_end(
            MirrorProcess(folder.root.absolute(), str(tracking.uri)) if tracking.live else None,
            moved=folder.root != wanted,
            uri=tracking.uri,
        )


def _runs_locally(config: DictConfig) -> bool:
    """Whether the launcher is ours: its server can load modules while the study is planned."""
    return str(OmegaConf.select(config, "hydra.launcher._target_")).endswith(".OneAxisLauncher")


def _plan(
    settings: Settings, config: DictConfig, context: HydraContext, arguments: Sequence[str], terminal: Console
) -> Plan:
    grammar = Grammar(context.config_loader, carries=settings.carries)
    composer = Composer(context.config_loader, config)
    request = ask(settings, grammar, composer, grammar.joined(settings.params, arguments))
    candidates = sum(len(axis.candidates) for axis in request.axes)
    with Progress(terminal, candidates + 1, verb="composing") as progress:
        return make_plan(request, _counted(composer, progress))


def _counted(compose: Compose, progress: Progress) -> Compose:
    def counted(overrides: Sequence[str], *, places: bool = False) -> Composed:
        composed = compose(overrides, places=places)
        progress.advance()
        return composed

    return counted
