"""Hydra's launchers: the same study, whichever runs its jobs."""

from __future__ import annotations

JOBLIB = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
STUDY = ["lr=0.5,1", "model=linear,forest", "hydra.sweeper.seeds=2"]
OF_THE_RUN = {"study", "started", "ended", "seconds", "machine"}


def test_joblib_gives_the_same_records_as_the_basic_launcher(host):
    app = host("plain")
    for launcher in ([], JOBLIB):
        ended = app.sweep(*STUDY, *launcher)
        assert ended.status == 0, ended
    basic, joblib = app.studies
    assert {name: _lasting(record) for name, record in joblib.records.items()} == {
        name: _lasting(record) for name, record in basic.records.items()
    }
    assert list(basic.records) != []
    # The second plan remarks that all was tried before.
    assert joblib.plan | {"remarks": []} == basic.plan | {"remarks": []}


def _lasting(record):
    kept = {key: value for key, value in record.items() if key not in OF_THE_RUN}
    # joblib's workers get one thread each, and load joblib; the basic launcher's process is the user's own.
    packages = {name: kept["environment"]["packages"].get(name) for name in ("python", "hydra-core", "omegaconf")}
    return kept | {"environment": {"packages": packages, "device": kept["environment"]["device"]}}


def test_joblib_workers_compute_with_one_thread_each_in_processes_of_their_own(host):
    app = host("looks")
    ended = app.sweep("lr=1,2,3", *JOBLIB)
    assert ended.status == 0, ended
    assert set(app.study.metric("threads").values()) == {1.0}
    assert 1 <= len(set(app.study.metric("process").values())) <= 2


def test_the_number_of_threads_that_the_user_set_is_kept(host):
    app = host("looks")
    ended = app.sweep("lr=choice(1)", *JOBLIB, OMP_NUM_THREADS="2")
    assert ended.status == 0, ended
    assert set(app.study.metric("threads").values()) == {2.0}


def test_threads_of_libraries_draw_no_warning_from_the_server(host):
    """From Python 3.12 on a fork beside any thread warns, and Arrow has one from its import on."""
    app = host("plain")
    with (app.root / "app.py").open("a") as script:
        script.write("\n\ndef never_called():\n    import pyarrow\n")
    ended = app.sweep("lr=choice(0.5)", "hydra/launcher=oneaxis")
    assert ended.status == 0, ended
    assert "Warning" not in ended.err
