"""What a plan should say because of what was done before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from oneaxis.analysis.claims import Standing
from oneaxis.errors import OneAxisError
from oneaxis.loop.advice import short
from oneaxis.loop.past import PastStudy, reference_digest, studies_under
from oneaxis.planning.roles import order_remarks, role
from oneaxis.report.table import signed
from oneaxis.vocabulary import Deviation, Plan

DIGITS = 4
MOST_REMARKS = 10  # on what was tried before; more are counted
Measured = tuple[PastStudy, Mapping[str, Deviation]]  # a study, its deviations by digest


def remarks_of_the_past(
    plan: Plan,
    roles: Mapping[str, Sequence[str]],
    claims: Sequence[Standing],
    root: Path,
    reproduce: str,
    *,
    own: str | None = None,
) -> Iterator[str]:
    """Tuning before its time, then each deviation that a study below `root` measured at the same reference.

    What the study `own` (an id) measured is nothing that was tried before: it goes on.
    """
    if plan.reference is None or not plan.deviations:
        return
    digest = reference_digest(plan)
    past = [each for each in studies_under(root) if each.reference_digest == digest]
    structure_measured = any(
        role(deviation, roles) == "structure" for each in past for deviation in each.study.plan.deviations
    )
    baseline_open = bool(claims) and all(item.answer != "reproduced" for item in claims)
    yield from order_remarks(
        plan.deviations,
        roles,
        structure_measured=structure_measured,
        baseline_open=baseline_open,
        reproduce=reproduce,
    )
    newest_first = [
        (each, {one.digest: one for one in each.study.plan.deviations}) for each in past[::-1] if each.study.id != own
    ]
    tried = list(chain.from_iterable(_newest(deviation, newest_first) for deviation in plan.deviations))
    yield from tried[:MOST_REMARKS]
    if len(tried) > MOST_REMARKS:
        yield f"and {len(tried) - MOST_REMARKS} more were tried at this reference: oneaxis findings"


def _newest(deviation: Deviation, past: Sequence[Measured]) -> Sequence[str]:
    """What the first study that measured a deviation says of it."""
    try:
        return list(islice(_tried(deviation, past), 1))
    except (OneAxisError, OSError, KeyError, ValueError):
        return []  # looking back never stops a study: what can't be read is left out


def _tried(deviation: Deviation, past: Sequence[Measured]) -> Iterator[str]:
    for each, measured in past:
        twin = measured.get(deviation.digest)
        row = None if twin is None else each.row(twin)
        effect = None if row is None else row.deltas.get(each.comparison.metric or "")
        if row is not None and effect is not None:
            verdict = row.verdict or "no verdict"
            yield (
                f"{deviation.name} was tried at this reference: {verdict}, {signed(effect.mean, DIGITS)} over "
                f"{effect.n} seed{'' if effect.n == 1 else 's'} ({short(each.folder.root)})"
            )
