"""Which seeds the reference and its deviations share."""

from __future__ import annotations

from oneaxis.errors import BadOverride
from oneaxis.planning.request import Request
from oneaxis.vocabulary import ABSENT, Composed

Seeds = tuple[int | None, ...]


def choose_seeds(request: Request, reference: Composed) -> tuple[Seeds, Seeds]:
    """The seeds of the deviations, and those of the reference; (None,) where nothing says the seed.

    Raises
    ------
    BadOverride
        For several seeds without a key that takes them, no number to count from, fewer reference seeds.
    """
    here = reference.resolved.get(request.seed_path, ABSENT)
    whole = isinstance(here, int) and not isinstance(here, bool)
    if not request.pinned:
        return ((here,), (here,)) if whole else ((None,), (None,))
    if here is ABSENT:
        raise BadOverride(
            f"several seeds need a key that takes them, and the configuration has no `{request.seed_key}`; "
            f"add `{request.seed_key}: 0` to it, or name the key that you use: hydra.sweeper.seed_key=KEY"
        )
    if isinstance(request.seeds, tuple):
        return request.seeds, _reference_seeds(request, request.seeds)
    if not whole:
        raise BadOverride(
            f"`{request.seed_key}` is {here!r} in the reference, so there is no number to count from; "
            "list the seeds: hydra.sweeper.seeds=[1,2,3]"
        )
    counted = tuple(range(here, here + request.seeds))
    return counted, _reference_seeds(request, counted)


def _reference_seeds(request: Request, seeds: tuple[int, ...]) -> Seeds:
    more = request.reference_seeds
    if more is None:
        return seeds
    if isinstance(more, tuple):
        lacking = [seed for seed in seeds if seed not in more]
        if lacking:
            raise BadOverride(
                f"hydra.sweeper.reference_seeds lacks {lacking}; differences are paired by seed, "
                "so the reference needs each of the deviations' seeds"
            )
        return (*seeds, *(seed for seed in more if seed not in seeds))
    if more < len(seeds):
        raise BadOverride(
            f"hydra.sweeper.reference_seeds is {more}, fewer than the deviations' {len(seeds)} seeds; "
            "differences are paired by seed, so the reference needs them all"
        )
    top = max(seeds)
    return (*seeds, *range(top + 1, top + 1 + more - len(seeds)))
