"""A verdict in one sentence (pure); the page, MLflow's note and the terminal say it in the same words."""

from __future__ import annotations

import math

from oneaxis.analysis.result import Comparison, Estimate, Row
from oneaxis.report.numbers import MOST_DIGITS, in_points, number, signed


def sentence(row: Row, comparison: Comparison) -> str:
    """What the one change did: `model.C 1 → 10, the one change, raised val_accuracy by 0.4 points [0.1, 0.7], …`."""
    change = f"{row.axis} {row.before} → {row.value}" if row.before else row.name
    metric = comparison.metric or "the metric"
    delta = row.deltas.get(comparison.metric or "")
    told = _told(row, comparison, metric, delta)
    text = f"{change}, the one change, {told}"
    if row.remarks:
        text += f"; it {'; it '.join(row.remarks)}" if not row.flips else f"; {'; '.join(row.remarks)}"
    return text if text.endswith("?") else f"{text}."


def _told(row: Row, comparison: Comparison, metric: str, delta: Estimate | None) -> str:  # noqa: PLR0911 - one return a verdict
    seeds = _seeds(delta, comparison)
    match row.verdict:
        case "better" | "worse" | "higher" | "lower" if delta is not None:
            verb = "raised" if delta.mean > 0 else "lowered"
            size = _size(delta, comparison, metric, absolute=True)
            margin = ", by at least the margin" if row.by_margin else ""
            verdict = "" if row.verdict in ("higher", "lower") else f": {row.verdict}{margin}"
            return f"{verb} {metric} by {size}, {seeds}{verdict}{_because(row)}"
        case "equivalent" if delta is not None:
            limit = _amount(comparison.margin or 0.0, delta, comparison, metric)
            return f"moved {metric} by {_size(delta, comparison, metric)}, {seeds}: within ±{limit}, equivalent"
        case "inconclusive" if delta is not None:
            more = "" if row.more_seeds is None else f"; {more_text(row.more_seeds)} would tell"
            size = _size(delta, comparison, metric)
            return f"can't be told from none: {metric} moved by {size}, {seeds}{_because(row)}{more}"
        case "identical":
            return f"changed nothing: {row.reason}"
        case "outside" | "inside" if comparison.band is not None:
            own = row.metrics.get(metric)
            digits = _digits(comparison.band.high - comparison.band.mean)
            band = f"[{number(comparison.band.low, digits)}, {number(comparison.band.high, digits)}]"
            value = "" if own is None else f" {number(own.mean, digits)}"
            more = ", which doesn't show that they are equal" if row.verdict == "inside" else ""
            return f"gave a {metric} of{value} {row.verdict} of the reference's noise band {band}{more}{_because(row)}"
        case "failed":
            return f"has no result: {row.reason or 'it failed'}"
        case "missing":
            return f"has no result: {row.reason or 'its trial is missing'}"
        case "not comparable":
            return f"can't be compared: it {row.reason}"
        case _:
            return f"has no verdict{': ' if row.reason else ''}{row.reason}"


def more_text(more: tuple[int, int]) -> str:
    """`about 6 more seeds (up to 15)`."""
    low, high = more
    seeds = "seed" if low == 1 else "seeds"
    return f"about {low} more {seeds}" + (f" (up to {high})" if high > low else "")


def _because(row: Row) -> str:
    return f" ({row.reason})" if row.reason else ""


def _seeds(delta: Estimate | None, comparison: Comparison) -> str:
    count = 0 if delta is None else delta.n
    kind = "paired seed" if comparison.pairing == "paired" else "unpaired seed"
    return f"{count} {kind}{'' if count == 1 else 's'}"


def _size(delta: Estimate, comparison: Comparison, metric: str, *, absolute: bool = False) -> str:
    """A difference with its interval; `absolute` turns a lowering by 3 [2, 4] around."""
    factor, unit = _unit(comparison, metric)
    flip = -1 if absolute and delta.mean < 0 else 1
    if delta.low is None or delta.high is None:
        digits = _digits(abs(delta.mean) * factor)
        return f"{(number if absolute else signed)(delta.mean * factor * flip, digits)}{unit}"
    digits = _digits((delta.high - delta.mean) * factor)
    write = number if absolute else signed
    low, high = sorted((delta.low * factor * flip, delta.high * factor * flip))
    return f"{write(delta.mean * factor * flip, digits)}{unit} [{write(low, digits)}, {write(high, digits)}]"


def _amount(value: float, delta: Estimate, comparison: Comparison, metric: str) -> str:
    factor, unit = _unit(comparison, metric)
    half = value if delta.high is None else delta.high - delta.mean
    return f"{number(value * factor, _digits(half * factor))}{unit}"


def _unit(comparison: Comparison, metric: str) -> tuple[float, str]:
    return (100, " points") if in_points(comparison, metric) else (1, "")


def _digits(half: float) -> int:
    """Decimals for two digits of a half-width."""
    if half <= 0 or not math.isfinite(half):
        return 4
    return min(MOST_DIGITS, max(0, 1 - math.floor(math.log10(half))))
