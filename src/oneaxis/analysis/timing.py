"""Whether times may be compared: the reference and its deviations take turns, so that a slow hour hits all alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from oneaxis.analysis.conclusion import Evidence
from oneaxis.analysis.pairing import Match
from oneaxis.analysis.result import Health
from oneaxis.vocabulary import Policy, Record

# fmt: off
_WORDS = frozenset((
    "seconds", "sec", "secs", "ms", "milliseconds", "microseconds", "minutes", "mins", "hours", "hrs", "time",
    "runtime", "walltime", "wallclock", "elapsed", "latency", "latencies", "duration", "durations", "throughput",
    "speedup", "fps", "qps", "rps",
))
_UNITS = frozenset(("s", "us", "ns"))  # at a name's end: `train_s`
_PER = frozenset(("s", "second", "minute", "hour", "h"))  # behind `per`: `samples_per_second`
# What makes of a time a length or a position of the data, and what makes of it an error in predicting times.
_OF_DATA = frozenset((
    "of", "step", "steps", "series", "stamp", "stamps", "point", "points", "index", "horizon", "window", "windows",
    "bin", "bins", "frame", "frames", "slot", "slots", "domain",
))
_ERRORS = frozenset((
    "mae", "mse", "rmse", "mape", "r2", "error", "err", "loss", "nll", "accuracy", "acc", "f1", "auc", "auroc",
    "precision", "recall", "score", "rate",
))
# fmt: on
_SPLIT = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
SHOWN = 3  # deviations that are named


def time_decides(policy: Policy, metric: str | None) -> bool:
    """Whether the metric that decides, or a guardrail, is a time."""
    named = (metric or "", *policy.guardrails)
    return any(_is_time(name) for name in named)


def _is_time(name: str) -> bool:
    """Whether a metric's name says that it depends on how fast the machine was."""
    words = [word.lower() for word in _SPLIT.findall(name)]
    return any(_names_time(words[:place], word, words[place + 1 :]) for place, word in enumerate(words))


def _names_time(before: list[str], word: str, after: list[str]) -> bool:
    if before[-1:] == ["per"] and word in _PER:
        return True
    if word in _UNITS:
        return bool(before) and not after
    # `time_to_accuracy` is a time; `time_error` isn't.
    foreign = after[:1] != ["to"] and not _ERRORS.isdisjoint(after)
    return word in _WORDS and not foreign and _OF_DATA.isdisjoint(after[:1])


def timing(evidences: Sequence[Evidence], policy: Policy, metric: str | None) -> Health | None:
    """Were pairs run near each other, and where the reference ran?

    Nothing where no time decides, and of rows with one pair, which can't take turns.
    """
    if not time_decides(policy, metric):
        return None
    several = [evidence.matches for evidence in evidences if len(evidence.matches) > 1]
    rows = {str(matches[0].trial.deviation): matches for matches in several}
    if not rows:
        return None
    apart = {name: count for name, matches in rows.items() if (count := _apart(matches))}
    if apart:
        of = sum(len(matches) for matches in rows.values())
        return Health(
            f"times not interleaved: {sum(apart.values())} of {of} pairs ran apart ({_few(list(apart))})", good=False
        )
    elsewhere = [name for name, matches in rows.items() if _elsewhere(matches)]
    if elsewhere:
        return Health(f"times from other machines than the reference's ({_few(elsewhere)})", good=False)
    return Health("times interleaved", good=True)


def _apart(matches: Sequence[Match]) -> int:
    """Pairs between whose two runs another run of the same two rows began and ended."""
    both = [record for match in matches for record in (match.reference, match.deviation)]
    runs = [record for record in both if record.started and record.ended]
    return sum(
        any(first.ended <= run.started and run.ended <= second.started for run in runs)
        for first, second in (sorted((match.reference, match.deviation), key=_start) for match in matches)
    )


def _elsewhere(matches: Sequence[Match]) -> bool:
    """Whether a deviation ran on no machine that the reference ran on."""
    sides = [
        {str(getattr(match, side).machine.get("host")) for match in matches} for side in ("reference", "deviation")
    ]
    return sides[0].isdisjoint(sides[1])


def _start(record: Record) -> str:
    return record.started  # ISO 8601 in UTC: texts sort as their moments do


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
