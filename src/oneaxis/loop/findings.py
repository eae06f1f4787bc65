"""Every deviation ever tried, and whether what was found still speaks of today's reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omegaconf import DictConfig, OmegaConf

from oneaxis.analysis.result import Estimate, Row
from oneaxis.loop.past import PastStudy, change_of, typed
from oneaxis.loop.settings import read_roles
from oneaxis.planning.roles import is_number
from oneaxis.planning.staleness import Freshness, Moved, Roles, freshness, is_reference, moved
from oneaxis.vocabulary import Composed, Deviation, split_key

STATES: tuple[Freshness, ...] = ("fresh", "maybe stale", "stale")


@dataclass(frozen=True)
class Finding:
    """One deviation as it was last measured, at today's reference if ever it was.

    `times` counts the studies that measured it; `reference_now` says that its value has become the reference's.
    """

    past: PastStudy
    deviation: Deviation
    row: Row | None
    state: Freshness
    why: str
    times: int
    reference_now: bool

    @property
    def effect(self) -> Estimate | None:
        return self.past.effect(self.row)

    @property
    def text(self) -> str:
        return typed(self.deviation)


def declared_roles(master: DictConfig) -> Roles:
    """`hydra.sweeper.roles`, where the app sets it."""
    node = OmegaConf.select(master, "hydra.sweeper.roles", default=None)
    return read_roles(OmegaConf.to_container(node) if OmegaConf.is_config(node) else node)


def gather_findings(
    past: Sequence[PastStudy], config_name: str, digest: str, now: Composed, roles: Roles
) -> tuple[Finding, ...]:
    """The findings of one reference's studies: for each deviation the freshest measurement."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for each in past:
        then = each.study.plan.reference
        if then is None or each.config_name not in (None, config_name):
            continue
        since = _since(each, then, digest, now)
        for deviation in each.study.plan.deviations:
            state, why = freshness(deviation.axis, deviation.kind, since, roles, number=is_number(deviation.value))
            own = [change.after for change in deviation.difference.own if change.key == deviation.axis]
            became = is_reference(deviation.axis, deviation.kind, deviation.value, now, own[0] if own else None)
            finding = Finding(each, deviation, each.row(deviation), state, why, 1, became)
            found.setdefault(change_of(deviation.name), []).append(finding)
    return tuple(_strongest(several) for several in found.values())


def _since(each: PastStudy, then: Composed, digest: str, now: Composed) -> tuple[Moved, ...]:
    if each.reference_digest == digest:
        return ()
    return moved(then, now, seed=split_key(each.study.plan.seed_key))


def _strongest(several: Sequence[Finding]) -> Finding:
    """The freshest; of these as `measured_at` chooses: the one with most pairs, then the newest."""
    best = min(several, key=lambda each: (STATES.index(each.state), -each.past.pairs(each.row)))
    return Finding(best.past, best.deviation, best.row, best.state, best.why, len(several), best.reference_now)
