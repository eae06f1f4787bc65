"""Which metric decides, and which way is better."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from oneaxis.vocabulary import Policy, Record

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


def metric_remarks(names: tuple[str, ...], policy: Policy) -> tuple[str, ...]:
    """Said where the policy names a metric that no trial returned: the study is kept, and shown by another."""
    if policy.metric is None or not names or policy.metric in names:
        return ()
    shown = primary_metric(names, policy)
    return (f"no trial returned hydra.sweeper.policy.metric={policy.metric}; shown by {shown} of {', '.join(names)}.",)


def metric_direction(name: str, policy: Policy) -> Direction | None:
    """The policy's direction for its metric, else by well-known words in the name; None if unknown."""
    if policy.direction is not None and policy.metric in (None, name):
        return policy.direction
    words = re.split(r"[^a-z0-9]+", name.lower())
    if any(word in _DOWN for word in words):
        return "maximize" if "neg" in words else "minimize"  # scikit-learn's neg_log_loss
    return "maximize" if any(word in _UP for word in words) else None
