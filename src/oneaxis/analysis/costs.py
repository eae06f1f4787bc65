"""What a deviation costs beside the reference: time, examples, and limits that it must keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oneaxis.analysis.interval import describe, mean, ratio_interval
from oneaxis.analysis.metrics import metric_direction
from oneaxis.analysis.pairing import Match
from oneaxis.analysis.result import Estimate, Guardrail, Verdict
from oneaxis.vocabulary import Policy, Record

SECONDS = "seconds"


def times(records: Sequence[Record]) -> dict[str, Estimate]:
    """Seconds by phase, of the records that know them."""
    names = dict.fromkeys(name for record in records for name in record.phases)
    found = {name: describe([record.phases[name] for record in records if name in record.phases]) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def seconds_ratio(matches: Sequence[Match], confidence: float) -> Estimate | None:
    """The time beside the reference's, seed by seed: 1 is as long."""
    return _ratio([(match.deviation.seconds, match.reference.seconds) for match in matches], confidence)


def phase_ratios(matches: Sequence[Match], confidence: float) -> dict[str, Estimate]:
    names = dict.fromkeys(name for match in matches for name in match.deviation.phases)
    found = {
        name: _ratio([(one.deviation.phases.get(name), one.reference.phases.get(name)) for one in matches], confidence)
        for name in names
    }
    return {name: value for name, value in found.items() if value is not None}


def cost_remarks(
    verdict: Verdict, matches: Sequence[Match], ratio: Estimate | None, phases: Mapping[str, Estimate]
) -> tuple[str, ...]:
    """What a reader must know before believing "better": it trained longer, or on more examples."""
    if verdict not in ("better", "higher", "lower", "outside"):
        return ()
    remarks = []
    training = next((name for name in phases if name.lower().startswith(("train", "fit"))), None)
    longer = phases[training] if training else ratio
    if longer is not None and longer.low is not None and longer.low > 1:
        verb = "trained" if training else "ran"
        remarks.append(f"{verb} {longer.mean:.2g} × as long as the reference [{longer.low:.2g}, {longer.high:.2g}]")
    sizes = [(one.deviation.sizes.get("train"), one.reference.sizes.get("train")) for one in matches]
    known = [(own, other) for own, other in sizes if own is not None and other is not None]
    if known and all(own > other for own, other in known):
        own, other = (mean([pair[side] for pair in known]) for side in (0, 1))
        remarks.append(f"trained on more examples than the reference: {own:g} instead of {other:g}")
    return tuple(remarks)


def guardrails(records: Sequence[Record], metrics: Mapping[str, Estimate], policy: Policy) -> tuple[Guardrail, ...]:
    """Each limit, and whether the mean keeps it; `seconds` is the time per trial."""
    found = []
    for name, limit in policy.guardrails.items():
        seconds = [record.seconds for record in records if record.seconds is not None]
        own = metrics.get(name) or (describe(seconds) if name == SECONDS else None)
        direction = metric_direction(name, policy)
        kept = None
        if own is not None and direction is not None:
            kept = own.mean >= limit if direction == "maximize" else own.mean <= limit
        found.append(Guardrail(name, limit, None if own is None else own.mean, kept))
    return tuple(found)


def _ratio(pairs: Sequence[tuple[float | None, float | None]], confidence: float) -> Estimate | None:
    known = [(own, other) for own, other in pairs if own is not None and other is not None]
    return ratio_interval([own for own, _ in known], [other for _, other in known], confidence)
