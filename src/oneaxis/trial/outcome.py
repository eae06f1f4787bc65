"""What a task returned, read as metrics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from oneaxis.vocabulary import Failure

OBJECTIVE = "objective"


def read_metrics(returned: Any) -> tuple[dict[str, float], Failure | None]:
    """The finite metrics of a return value, and what is wrong with it, if anything.

    A mapping names its metrics; a bare number is the metric `objective`.
    """
    if returned is None:
        return {}, Failure("NoMetric", "the task returned None; return a dict of numbers, or one number")
    items = returned if isinstance(returned, Mapping) else {OBJECTIVE: returned}
    if not items:
        return {}, Failure("NoMetric", "the task returned an empty dict; return at least one metric")
    metrics: dict[str, float] = {}
    failure: Failure | None = None
    for name, value in items.items():
        number = _number(value)
        if number is None:
            kind = type(value).__name__
            failure = failure or Failure("NotANumber", f"metric `{name}` is {value!r:.80} ({kind}); return a number")
        elif not math.isfinite(number):
            failure = failure or Failure("NotFinite", f"metric `{name}` is {number}")
        else:
            metrics[str(name)] = number
    return metrics, failure


def _number(value: Any) -> float | None:
    try:
        # Arrays and tensors of one element count as numbers.
        plain = value.item() if hasattr(value, "item") else value
        return None if isinstance(plain, (str, bytes)) else float(plain)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError, RuntimeError):
        return None
