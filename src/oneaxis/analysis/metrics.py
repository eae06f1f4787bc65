"""Which metric decides, and which way is better."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from oneaxis.vocabulary import Policy, Record, as_written

Direction = Literal["maximize", "minimize"]

# fmt: off
_UP = frozenset((
    "accuracy", "acc", "f1", "auc", "auroc", "ap", "map", "precision", "recall", "r2", "score", "iou", "dice",
    "bleu", "correct", "reward", "return",
))
# fmt: on
# fmt: off
_DOWN = frozenset((
    "loss", "error", "err", "mse", "rmse", "mae", "nll", "perplexity", "ppl", "bpb", "wer", "cer", "fid",
    "regret", "seconds", "time", "latency",
))
# fmt: on


def metric_names(records: Iterable[Record]) -> tuple[str, ...]:
    """Every metric's name, in the order in which they first appear."""
    return tuple(dict.fromkeys(name for record in records for name in record.metrics))


def primary_metric(names: tuple[str, ...], policy: Policy) -> str | None:
    """The policy's metric if a trial returned it, else the only one, else the first `val…`, else the first."""
    if policy.metric in names or not names:
        return policy.metric
    validation = [name for name in names if name.lower().startswith("val")]
    return next(iter((*validation, *names)), None)


def told_apart(records: Mapping[int, Record]) -> Mapping[int, Record]:
    """Records without metrics of which can't be told what they are: `m.n`, where other trials have two of that name."""
    both = {plain for record in records.values() for _, plain in _twins(record.metrics)}
    if not both:
        return records

    def told(metrics: Mapping[str, float]) -> Mapping[str, float]:
        here = {plain for _, plain in _twins(metrics)}
        return {name: value for name, value in metrics.items() if name in here or name not in both}

    return {index: replace(record, metrics=told(record.metrics)) for index, record in records.items()}


def _twins(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each metric whose own key has dots, with the one whose name it would have had."""
    for name in names:
        plain = as_written(name)
        if plain != name and plain in names:
            yield name, plain


def metric_remarks(names: tuple[str, ...], policy: Policy) -> tuple[str, ...]:
    """Which of two metrics is which; and where the policy names one that no trial returned, what shows the study."""
    remarks = [
        f"{plain} and {name} are two metrics: {name} has the key `{plain}`, {plain} is nested; a trial that has "
        "one alone isn't compared by it."
        for name, plain in sorted(_twins(names))
    ]
    if policy.metric is not None and names and policy.metric not in names:
        shown = primary_metric(names, policy)
        remarks.append(
            f"no trial returned hydra.sweeper.policy.metric={policy.metric}; shown by {shown} of {', '.join(names)}."
        )
    return tuple(remarks)


def metric_direction(name: str, policy: Policy) -> Direction | None:
    """The policy's direction for its metric, else by well-known words in the name; None if unknown."""
    if policy.direction is not None and policy.metric in (None, name):
        return policy.direction
    words = re.split(r"[^a-z0-9]+", name.lower())
    if any(word in _DOWN for word in words):
        return "maximize" if "neg" in words else "minimize"  # scikit-learn's neg_log_loss
    return "maximize" if any(word in _UP for word in words) else None
