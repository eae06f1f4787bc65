"""Make the plan: the reference, its proved deviations, their trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oneaxis.canonical import digest, leaves, meant
from oneaxis.errors import BadOverride, CannotCompose, NotOneAxis
from oneaxis.masking import marked_typed, masked_override, masked_text
from oneaxis.planning.proof import difference, within
from oneaxis.planning.refusal import cannot_compose, not_one_axis, protected_key
from oneaxis.planning.remarks import THE_REFERENCE, before, drop_reason, other_type, resolves_to, study_remarks, unties
from oneaxis.planning.request import Request
from oneaxis.planning.seeds import Seeds, choose_seeds
from oneaxis.planning.steps import settle
from oneaxis.planning.trials import Variant, list_trials
from oneaxis.vocabulary import (
    Axis,
    Compose,
    Composed,
    Control,
    ControlKind,
    Deviation,
    Dropped,
    Plan,
    Trial,
    split_key,
)


def make_plan(request: Request, compose: Compose) -> Plan:
    """Compose the reference and every deviation, prove each one, and list the trials by seed.

    Raises
    ------
    BadOverride
        For a `???` left in the reference, seeds without a seed key, steps on something not a number.
    CannotCompose
        For a value that Hydra can't compose; the message names the axis and the reason.
    NotOneAxis
        For a deviation that changes more than its axis.
    """
    if not request.reference:
        return _unproved_plan(request, compose)
    axes = (*request.axes, *(axis for _, axis in request.controls if axis is not None))
    places = any(axis.kind == "group" or axis.carries for axis in axes)
    reference = _composed_reference(request.overrides(), compose, places=places)
    _refuse_missing(reference, request)
    seeds, reference_seeds = choose_seeds(request, reference)
    first_seed = seeds[0] if request.pinned else None
    reference_overrides = request.overrides(seed=first_seed)
    if reference_overrides != request.overrides():
        reference = _composed_reference(reference_overrides, compose, places=places)
    reference_digest = digest(reference.config, without=request.seed_path)
    request = replace(
        request,
        axes=tuple(_placed(axis, reference) for axis in request.axes),
        controls=tuple((kind, None if axis is None else _placed(axis, reference)) for kind, axis in request.controls),
    )

    deviations: list[Deviation] = []
    variants: list[Variant] = []
    dropped: list[Dropped] = []
    rounded: list[str] = []
    seen = {(reference_digest, digest(reference.around)): THE_REFERENCE}
    for axis in request.axes:
        candidates, remarks = settle(axis, reference)
        rounded.extend(remarks)
        for value in candidates:
            shown = Variant(axis, value, "").shown or value
            try:
                composed = _composed(request, axis, value, first_seed, compose)
                found = digest(composed.config, without=request.seed_path)
                # Hydra's own node counts as well: only a group's option can change it.
                whole = (found, digest(composed.around or reference.around))
                if whole in seen:
                    dropped.append(Dropped(axis.key, shown, drop_reason(seen[whole], axis, request)))
                    continue
                variant = Variant(axis, value, found)
                deviation = _proved(request, variant, reference, composed)
            except (CannotCompose, NotOneAxis) as error:
                if not axis.derived:
                    raise
                dropped.append(Dropped(axis.key, shown, f"is refused: {str(error).splitlines()[0]}"))
                continue
            seen[whole] = deviation.name
            deviations.append(deviation)
            variants.append(variant)
    own = Variant(None, None, reference_digest)
    controls = [
        _control(request, kind, axis, own=own, reference=reference, seed=first_seed, compose=compose)
        for kind, axis in request.controls
    ]
    checks = [variant for _, variant in controls]
    trials = list_trials(request, own, variants, seeds, reference_seeds, controls=checks)
    _refuse_too_many(trials, request)
    return Plan(
        reference=reference,
        reference_overrides=reference_overrides,
        deviations=tuple(deviations),
        trials=trials,
        seed_key=request.seed_key,
        seeds=seeds,
        reference_seeds=reference_seeds,
        dropped=tuple(dropped),
        shifted=tuple(
            masked_override(item.text)
            for item in request.fixed
            if item.key not in (*request.choosing, request.seed_key)
        ),
        remarks=(*study_remarks(request), *request.remarks, *rounded),
        looks=request.looks,
        max_trials=request.max_trials,
        controls=tuple(control for control, _ in controls),
    )


def _unproved_plan(request: Request, compose: Compose) -> Plan:
    """`reference=false`: nothing is compared and nothing dropped; each job is still guarded."""
    variants: list[Variant] = []
    wanted: list[tuple[Axis | None, str | None]] = []
    for axis in request.axes:
        for candidate in axis.candidates:
            if not isinstance(candidate, str):
                raise BadOverride(
                    f"axis `{axis.key}`: steps are relative to a reference, and hydra.sweeper.reference=false runs none"
                )
            wanted.append((axis, candidate))
    seeds: Seeds = (None,)
    for swept, value in wanted or [(None, None)]:
        if swept is None or value is None:
            composed = compose(request.overrides())
        else:
            composed = _composed(request, swept, value, None, compose)
        if not variants:
            seeds, _ = choose_seeds(request, composed)
        variants.append(Variant(swept, value, digest(composed.config, without=request.seed_path)))
    trials = list_trials(request, None, variants, seeds, ())
    _refuse_too_many(trials, request)
    return Plan(
        reference=None,
        reference_overrides=request.overrides(),
        deviations=(),
        trials=trials,
        seed_key=request.seed_key,
        seeds=seeds,
        reference_seeds=(),
        remarks=("hydra.sweeper.reference=false: nothing is compared, proved or dropped",),
    )


def _placed(axis: Axis, reference: Composed) -> Axis:
    at = meant(axis.path, reference.config)
    return axis if axis.kind == "group" or at == axis.path else replace(axis, at=at)


def _composed_reference(overrides: Sequence[str], compose: Compose, *, places: bool) -> Composed:
    try:
        return compose(overrides, places=places)
    except CannotCompose as error:
        raise CannotCompose(f"the reference can't be composed: {error}") from error


def _refuse_missing(reference: Composed, request: Request) -> None:
    for path, value in leaves(reference.config):
        if isinstance(value, str) and value == "???":
            key = ".".join(path)
            beside = ", beside the values to try" if any(axis.key == key for axis in request.axes) else ""
            raise BadOverride(
                f"the reference leaves `{key}` open (???); give it a value, {key}=VALUE{beside}, "
                "or run without a reference: hydra.sweeper.reference=false"
            )


def _refuse_too_many(trials: Sequence[Trial], request: Request) -> None:
    """A limit is kept before anything runs; an adaptive study keeps it while it runs, but its first look must fit."""
    limit = request.max_trials
    if limit is None:
        return
    looks = request.looks
    controls = sum(trial.control is not None for trial in trials)
    first, needs = len(trials), "it has"
    if looks:
        variants = (len(trials) - controls) // looks[-1]
        if looks[0] == 1:
            first, needs = variants - 1 + looks[-1], f"one seed each and {looks[-1]} of the reference"
        else:
            first, needs = variants * looks[0], f"{looks[0]} seeds each"
        first, needs = first + controls, f"its first look, {needs}, needs"
    if first > limit:
        raise BadOverride(
            f"hydra.sweeper.max_trials is {limit}, and the plan doesn't fit: {needs} {first} trials; "
            "take fewer values or seeds, or raise the limit"
        )


def _composed(request: Request, axis: Axis, value: str, seed: int | None, compose: Compose) -> Composed:
    places = axis.kind == "group" or bool(axis.carries)
    try:
        return compose(request.overrides(axis, value, seed), places=places)
    except CannotCompose as error:
        shown = Variant(axis, value, "").shown or value
        reason = str(error) if shown == value else masked_text(str(error), [value.strip("'\"")])
        raise CannotCompose(cannot_compose(axis, shown, reason, request.fixed)) from error


def _control(
    request: Request,
    kind: ControlKind,
    axis: Axis | None,
    *,
    own: Variant,
    reference: Composed,
    seed: int | None,
    compose: Compose,
) -> tuple[Control, Variant]:
    """A control and its trials' configuration; `own` is the reference's."""
    if axis is None:
        return Control(kind), replace(own, control=kind)
    [value] = axis.candidates
    assert isinstance(value, str)
    composed = _composed(request, axis, value, seed, compose)
    found = digest(composed.config, without=request.seed_path)
    if found == own.digest and (not composed.around or digest(composed.around) == digest(reference.around)):
        shown = marked_typed(axis.key, value)
        raise BadOverride(f"the control `{kind}: {axis.key}={shown}` equals the reference; give it another value")
    variant = Variant(axis, value, found, kind)
    return Control(kind, _proved(request, variant, reference, composed)), variant


def _proved(request: Request, change: Variant, reference: Composed, composed: Composed) -> Deviation:
    axis, value, shown = change.axis, change.value, change.shown
    assert axis is not None
    assert value is not None
    assert shown is not None
    changed = difference(reference, composed, axis, fixed=request.fixed, unstable=request.unstable)
    if not changed.is_one_axis:
        raise NotOneAxis(not_one_axis(axis, shown, changed), axis=axis.key, value=shown)
    protected = [split_key(key) for key in request.protected]
    for leaf in (*changed.own, *changed.carried, *changed.follows):
        if within(leaf.path, protected):
            raise NotOneAxis(protected_key(axis, shown, leaf), axis=axis.key, value=shown)
    return Deviation(
        axis=axis.key,
        kind=axis.kind,
        value=shown,
        before=before(axis, reference),
        overrides=request.overrides(axis, value, None),
        digest=change.digest,
        difference=changed,
        remarks=(
            *other_type(axis, reference, composed),
            *unties(axis, reference, composed),
            *resolves_to(axis, composed),
        ),
    )
