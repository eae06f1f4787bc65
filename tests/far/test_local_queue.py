"""`hydra/launcher=submitit_local` with a limit, which that launcher lacks."""

from __future__ import annotations

import itertools
import time


def test_at_most_so_many_trials_at_a_time(host):
    app = host("waits")
    sweep = app.start_sweep("x=2,3", "hydra/launcher=submitit_local", "hydra.sweeper.workers=1")
    while not list(app.root.rglob("x=2/.oneaxis/running.json")):
        assert sweep.poll() is None, sweep.communicate()
        time.sleep(0.1)
    (app.root / "go 2").touch()
    (app.root / "go 3").touch()
    out, errors = sweep.communicate(timeout=900)
    assert (sweep.returncode, errors) == (0, ""), out
    records = app.study.records
    order = [records[name] for name in ("reference", "x=2", "x=3")]
    assert [one["metrics"]["score"] for one in order] == [1.0, 2.0, 3.0]
    # ISO 8601 in UTC: texts sort as their moments do.
    assert all(first["ended"] <= then["started"] for first, then in itertools.pairwise(order))
