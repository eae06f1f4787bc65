"""A screen: one seed for every deviation beside the reference's noise band, all seeds for those that stand out.

The noise band has the plain confidence, so that it lets a twentieth of the idle ones through. What stands out is judged
by the interval of all its seeds, at the same level as without a screen: being looked at before can only take verdicts
away, so that no more of them are wrong than promised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from oneaxis.analysis.adaptive import Standing
from oneaxis.analysis.result import Verdict


@dataclass(frozen=True)
class FirstSeed:
    """What one seed shows. `complete`: the trial, and all of the reference's, have ended.

    `distance`: from the band's middle, in half-widths.
    """

    complete: bool
    verdict: Verdict | None = None
    distance: float = 0.0


def stand_out(
    deviations: Sequence[str],
    looks: Sequence[int],
    first: Callable[[str], FirstSeed],
    ended: Callable[[str], bool],
    *,
    max_trials: int | None = None,
) -> Mapping[str, Standing]:
    """Who gets all seeds, under `max_trials` the farthest first. `ended`: whether all of a deviation's trials have.

    Without a number at its first seed, or without a noise band, a deviation gets no more: why is the answer.
    """
    one, most = looks
    shown = {name: first(name) for name in deviations}
    standing = {
        name: Standing(one, 0 if shown[name].complete else None, open=not shown[name].complete) for name in shown
    }
    out = [name for name in deviations if shown[name].complete and shown[name].verdict == "outside"]
    chosen = out
    if max_trials is not None:
        if any(not seen.complete for seen in shown.values()):  # who goes on depends on all
            return standing
        room = (max_trials - len(deviations) - most) // (most - one)
        chosen = sorted(out, key=lambda name: -shown[name].distance)[: max(room, 0)]
    for name in out:
        if name not in chosen:
            standing[name] = replace(standing[name], ending=f"stopped by max_trials={max_trials}")
        else:
            done = ended(name)
            standing[name] = Standing(most, 1 if done else 0, open=not done)
    return standing
