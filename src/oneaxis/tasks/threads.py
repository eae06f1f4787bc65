"""How many threads a trial computes with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, and restore the counts after; `OMP_NUM_THREADS` overrides.

    The count is part of what makes a run repeatable to the bit; and two trials of two threads each, on two
    cores, take 20 times as long as with one each.
    """
    if os.environ.get("OMP_NUM_THREADS"):
        yield
        return
    torch = sys.modules.get("torch")  # loaded only where a network was chosen
    before = torch.get_num_threads() if torch else 0
    with threadpool_limits(limits=1):
        if torch:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(before)
