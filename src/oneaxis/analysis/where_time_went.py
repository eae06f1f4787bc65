"""Where a study's time went: start, compose, load, train, evaluate, record, wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from oneaxis.vocabulary import Record

SHARES = ("start", "compose", "load", "train", "evaluate", "record", "wait")


@dataclass(frozen=True)
class Marks:
    """Moments of one sitting of a study, in seconds since 1970: each is the end of the stage before it.

    `started` is the process's own start, `planning` the first line of ours, `planned` the plan on screen,
    `launched` the first trial handed to the launcher, `ended` the last one's return, `told` the table on screen.
    """

    started: float
    planning: float
    planned: float
    launched: float
    ended: float
    told: float


@dataclass(frozen=True)
class Span:
    """One trial: its first and last moment (seconds since 1970), the task's own seconds, and those of its phases."""

    started: float
    ended: float
    seconds: float
    phases: Mapping[str, float]


@dataclass(frozen=True)
class TimeReport:
    """Wall seconds by what they went into; the shares add up to `wall`.

    What trials did side by side is divided by `workers`, the most that ever ran at once. `train` is the task's
    time outside of its phases `load` and `evaluate`. `wait` is all else while trials ran: starting processes,
    composing their configurations, workers with nothing left to do.
    """

    wall: float
    workers: int
    trials: int
    shares: Mapping[str, float]


def where_time_went(spans: Sequence[Span], marks: Marks | None = None) -> TimeReport | None:
    """Account for one sitting. Without marks, for its trials alone; None without trials."""
    if marks is not None:
        spans = [span for span in spans if span.started >= marks.started - 1 and span.ended <= marks.told + 1]
    if not spans:
        return None
    workers = most_at_once((span.started, span.ended) for span in spans)
    first = min(span.started for span in spans) if marks is None else marks.launched
    last = max(span.ended for span in spans) if marks is None else marks.ended
    stage = max(last - first, 0.0)
    load = sum(span.phases.get("load", 0.0) for span in spans) / workers
    evaluate = sum(span.phases.get("evaluate", 0.0) for span in spans) / workers
    task = sum(span.seconds for span in spans) / workers
    whole = sum(max(span.ended - span.started, span.seconds) for span in spans) / workers
    after = 0.0 if marks is None else marks.told - marks.ended
    wait = max(stage - whole, 0.0)
    return TimeReport(
        wall=stage if marks is None else marks.told - marks.started,
        workers=workers,
        trials=len(spans),
        shares={
            "start": 0.0 if marks is None else marks.planning - marks.started + marks.launched - marks.planned,
            "compose": 0.0 if marks is None else marks.planned - marks.planning,
            "load": load,
            "train": max(task - load - evaluate, 0.0),
            "evaluate": evaluate,
            # Clocks of two processes may differ by milliseconds: the shares still add up.
            "record": max(stage - wait - task, 0.0) + after,
            "wait": wait,
        },
    )


def spans(records: Iterable[Record], moment: Mapping[str, float]) -> tuple[Span, ...]:
    """The records' spans; `moment` gives each ISO 8601 text in seconds since 1970."""
    return tuple(
        Span(moment[record.started], moment[record.ended], record.seconds, record.phases)
        for record in records
        if record.seconds is not None and record.started in moment and record.ended in moment
    )


def most_at_once(intervals: Iterable[tuple[float, float]]) -> int:
    """How many intervals ever overlap; touching ends don't."""
    events = sorted(event for start, end in intervals for event in ((start, 1), (end, -1)))
    most = now = 0
    for _, change in events:
        now += change
        most = max(most, now)
    return max(most, 1)
