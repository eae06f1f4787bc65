"""From settings and command line to what a study is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oneaxis.composing.compose import Composer
from oneaxis.composing.overrides import CommandLine, Grammar
from oneaxis.errors import BadOverride, CannotCompose
from oneaxis.loop.design import FEWEST_SCREEN_SEEDS
from oneaxis.loop.settings import Settings
from oneaxis.masking import stands_in
from oneaxis.planning.request import Request
from oneaxis.planning.screen import screen
from oneaxis.vocabulary import Axis


def ask(settings: Settings, grammar: Grammar, composer: Composer, arguments: Sequence[str]) -> Request:
    """Join the axes of the command line and of the file, and the seeds of both.

    Raises
    ------
    BadOverride
        For an axis named on both sides, a masked value, or what `Grammar` refuses.
    """
    for text in arguments:
        if stands_in(text):
            raise BadOverride(
                f"`{text}` has a mask in the place of a secret, which no study keeps; type the value itself"
            )
    line = grammar.command_line(arguments, seed_key=settings.seed_key)
    axes = _axes(settings, grammar, line)
    request = Request(
        fixed=line.fixed,
        axes=axes,
        seeds=settings.seeds if line.seeds is None else line.seeds,
        reference_seeds=settings.reference_seeds,
        seed_key=settings.seed_key,
        reference=settings.reference,
        protected=settings.policy.protected,
        choosing=line.axes_groups,
        resampled=settings.policy.replicates == "resampled",
        looks=_looks(settings, line),
        max_trials=settings.max_trials,
        controls=tuple(
            (kind, None if text is None else grammar.control(kind, text)) for kind, text in settings.controls
        ),
    )
    if settings.screen:
        request = _screened(request, settings, grammar, composer)
    unknown = [name for name in settings.carries if all(axis.key != name for axis in request.axes)]
    if unknown and request.axes:
        names = ", ".join(axis.key for axis in request.axes)
        raise BadOverride(f"hydra.sweeper.carries names `{unknown[0]}`, which is no axis of this study ({names})")
    return _with_unstable(request, composer)


def _looks(settings: Settings, line: CommandLine) -> tuple[int, ...]:
    """Seeds that were listed by `seed=1,2,3` are no adaptive study's, but a screen's."""
    if line.seeds is None or not settings.looks:
        return settings.looks
    return (1, len(line.seeds)) if settings.looks[0] == 1 and len(line.seeds) >= FEWEST_SCREEN_SEEDS else ()


def _screened(request: Request, settings: Settings, grammar: Grammar, composer: Composer) -> Request:
    """The request with the axes that a screen derives from its reference."""
    try:
        reference = composer(request.overrides())
    except CannotCompose as error:
        raise CannotCompose(f"the reference can't be composed: {error}") from error
    named = [axis.key for axis in request.axes]
    leave = (settings.seed_key, *settings.policy.protected, *named)
    found = screen(settings.screen, reference, grammar.options, leave=leave, carries=settings.carries)
    return replace(request, axes=(*request.axes, *found.axes), remarks=(*request.remarks, *found.remarks))


def _axes(settings: Settings, grammar: Grammar, line: CommandLine) -> tuple[Axis, ...]:
    """What was typed, axes or a screen, replaces the axes of the default file; a file that was chosen adds to them."""
    if (line.axes or settings.screen_typed) and not line.axes_groups:
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
