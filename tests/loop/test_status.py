"""What `oneaxis status` counts."""

from __future__ import annotations

from types import SimpleNamespace

from oneaxis.loop.status import _of_configuration


def study(digests, statuses):
    trials = [SimpleNamespace(index=index, digest=digest) for index, digest in enumerate(digests)]
    records = {
        index: SimpleNamespace(status=status, index=index)
        for index, status in enumerate(statuses)
        if status is not None
    }
    return SimpleNamespace(
        study=SimpleNamespace(plan=SimpleNamespace(trials=trials)), folder=SimpleNamespace(records=lambda _: records)
    )


def test_a_promoted_change_was_measured_before_it_was_the_reference():
    past = [
        study(["old", "new", "new", "new"], ["finished", "finished", "failed", None]),
        study(["new", "other"], ["finished", "finished"]),
    ]
    assert [record.index for record in _of_configuration("new", past)] == [1, 0]
