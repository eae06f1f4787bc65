"""From settings and command line to what a study is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oneaxis.composing.compose import Composer
from oneaxis.composing.overrides import CommandLine, Grammar
from oneaxis.errors import BadOverride, CannotCompose
from oneaxis.loop.settings import Settings
from oneaxis.planning.request import Request
from oneaxis.vocabulary import Axis


def ask(settings: Settings, grammar: Grammar, composer: Composer, arguments: Sequence[str]) -> Request:
    """Join the axes of the command line and of the file, and the seeds of both.

    Raises
    ------
    BadOverride
        For an axis named on both sides, or what `Grammar` refuses.
    """
    line = grammar.command_line(arguments, seed_key=settings.seed_key)
    axes = _axes(settings, grammar, line)
    seeds = settings.seeds if line.seeds is None else line.seeds
    request = Request(
        fixed=line.fixed,
        axes=axes,
        seeds=seeds,
        reference_seeds=settings.reference_seeds,
        seed_key=settings.seed_key,
        reference=settings.reference,
        protected=settings.policy.protected,
        choosing=line.axes_groups,
        resampled=settings.policy.replicates == "resampled",
        looks=settings.looks if line.seeds is None else (),
        max_trials=settings.max_trials,
    )
    unknown = [name for name in settings.carries if all(axis.key != name for axis in axes)]
    if unknown and axes:
        names = ", ".join(axis.key for axis in axes)
        raise BadOverride(f"hydra.sweeper.carries names `{unknown[0]}`, which is no axis of this study ({names})")
    return _with_unstable(request, composer)


def _axes(settings: Settings, grammar: Grammar, line: CommandLine) -> tuple[Axis, ...]:
    """The command line's axes replace those of the default file; a file that was chosen adds to them."""
    if line.axes and not line.axes_groups:
        return line.axes
    from_file = grammar.file_axes(settings.axes)
    named = {axis.key for axis in line.axes}
    for axis in from_file:
        if axis.key == settings.seed_key:
            values = ",".join(str(value) for value in axis.candidates)
            raise BadOverride(
                f"axis `{axis.key}`: seeds are replicates, never an axis; write hydra.sweeper.seeds=[{values}] "
                "(in a file: `seeds:` beside `axes:`)"
            )
        if axis.key in named:
            raise BadOverride(
                f"axis `{axis.key}` is named twice, on the command line and in the chosen file of axes; "
                "leave one of them out"
            )
    return (*line.axes, *from_file)


def _with_unstable(request: Request, composer: Composer) -> Request:
    if not request.reference:
        return request
    try:
        unstable = composer.unstable(request.overrides())
    except CannotCompose as error:
        raise CannotCompose(f"the reference can't be composed: {error}") from error
    return replace(request, unstable=frozenset(unstable))
