"""Adaptive seeds: looks planned beforehand, an error budget spent over them, and an end for hopeless cases.

At the look after n of at most n_max seeds, α/k (n/n_max)² of the error may have been spent; each look's interval has
the level of what it adds. The union bound over looks and deviations then holds without further assumptions: results may
decide the order and the end, a verdict is final, and stopping for futility may be ignored (Lan and DeMets 1983,
doi:10.1093/biomet/70.3.659, with the quadratic spending function).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from oneaxis.analysis.interval import critical
from oneaxis.analysis.result import Estimate

LOOKS = (3, 5, 7, 10, 15)
FUTILE_FROM = 5  # seeds: the spread of fewer is too uncertain to give up on
FUTILITY = 0.75


@dataclass(frozen=True)
class Look:
    """What one look at a deviation shows.

    `complete`: the deviation's and the reference's trials up to here have all ended. `decided`: its verdict is final.
    `hopeless`: no number of seeds would still decide it.
    """

    complete: bool
    decided: bool
    estimate: Estimate | None = None
    hopeless: bool = False


Judge = Callable[[str, int, float], Look]  # deviation, number of seeds, confidence


@dataclass(frozen=True)
class Standing:
    """Where a deviation stands: how many seeds it may have, and its last complete look (None: not even the first).

    `open`: it waits for trials. `ending` says why an undecided one gets no more.
    """

    seeds: int
    look: int | None
    open: bool
    ending: str = ""


def levels(looks: Sequence[int], alpha: float) -> tuple[float, ...]:
    """The error that each look may add; together `alpha`."""
    spent = [alpha * (n / looks[-1]) ** 2 for n in looks]
    return tuple(here - before for here, before in zip(spent, (0.0, *spent[:-1]), strict=True))


def futile(estimate: Estimate, looks: Sequence[int], alpha: float, margin: float | None) -> bool:
    """Whether even all seeds would hardly decide: the mean lies well within the half-width to be expected then."""
    if estimate.sd is None or estimate.n < FUTILE_FROM:
        return False
    last = critical(1 - levels(looks, alpha)[-1], looks[-1] - 1) * estimate.sd / math.sqrt(looks[-1])
    half = FUTILITY * last
    equivalence_in_reach = margin is not None and abs(estimate.mean) + half < margin
    return abs(estimate.mean) < half and not equivalence_in_reach


def follow(
    deviations: Sequence[str],
    looks: Sequence[int],
    alpha: float,
    judge: Judge,
    *,
    margin: float | None = None,
    max_trials: int | None = None,
) -> dict[str, Standing]:
    """Replay the looks from the first on: who is decided, who gets the seeds of the next look, who is given up.

    A pure function of what the looks show, so that it says the same whenever it is asked. `alpha` is that of one
    deviation (α/k). Under `max_trials` those nearest to a decision go on first.
    """
    confidences = [1 - level for level in levels(looks, alpha)]
    standing = {name: Standing(looks[0], None, open=True) for name in deviations}
    live = list(deviations)
    used = (len(deviations) + 1) * looks[0]
    for number, seeds in enumerate(looks):
        shown = {name: judge(name, seeds, confidences[number]) for name in live}
        waiting = [name for name in live if not shown[name].complete]
        undecided = []
        for name in live:
            if name in waiting:
                continue
            standing[name] = _after(shown[name], number, looks, alpha, margin)
            if standing[name].open:
                undecided.append(name)
        if number + 1 == len(looks):
            break
        if max_trials is not None:
            if waiting:  # who goes on depends on all
                break
            chosen, used = _within(undecided, shown, looks[number + 1] - seeds, max_trials, used)
            for name in set(undecided) - set(chosen):
                standing[name] = Standing(seeds, number, open=False, ending=f"stopped by max_trials={max_trials}")
            undecided = [name for name in undecided if name in chosen]
        for name in undecided:
            standing[name] = replace(standing[name], seeds=looks[number + 1])
        live = undecided
    return standing


def _after(look: Look, number: int, looks: Sequence[int], alpha: float, margin: float | None) -> Standing:
    seeds = looks[number]
    if look.decided or look.hopeless:
        return Standing(seeds, number, open=False)
    if number + 1 == len(looks):
        return Standing(seeds, number, open=False, ending=f"not decided by {looks[-1]} seeds, the most planned")
    if look.estimate is not None and futile(look.estimate, looks, alpha, margin):
        return Standing(seeds, number, open=False, ending=f"unlikely to be decided within {looks[-1]} seeds")
    return Standing(seeds, number, open=True)


def _within(
    undecided: Sequence[str], shown: Mapping[str, Look], more: int, max_trials: int, used: int
) -> tuple[list[str], int]:
    """Those that the limit lets go on, nearest to a decision first, and the trials used with them."""
    chosen: list[str] = []
    for name in sorted(undecided, key=lambda name: -_nearness(shown[name].estimate)):
        cost = more if chosen else 2 * more  # the first one takes the reference along
        if used + cost > max_trials:
            break
        used += cost
        chosen.append(name)
    return chosen, used


def _nearness(estimate: Estimate | None) -> float:
    if estimate is None or not estimate.sd:
        return 0.0
    return abs(estimate.mean) / estimate.sd * math.sqrt(estimate.n)
