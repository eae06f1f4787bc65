"""A study that was broken off goes on: only what is missing runs, in the same folder, as the same study."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal

import pytest

FIXED = "hydra.sweep.dir=studies/kept"
STUDY = ["+early=choice(1)", "ending=choice(kill)", "+late=choice(1)", FIXED]


@pytest.fixture
def broken(host):
    """A study that ended hard in the middle, on Hydra's basic launcher; its cause is mended."""
    app = mendable(host)
    assert app.sweep(*STUDY).status == 9
    mend(app)
    return app


def mendable(host):
    """An app that ends hard, or waits, until a file is there that its configuration and code don't tell of."""
    app = host("endings")
    source = (app.root / "app.py").read_text()
    for end in ("os._exit(9)", "signal.pause()"):
        source = source.replace(end, f"return {{'score': 2.0}} if os.path.exists('mended') else {end}")
    (app.root / "app.py").write_text(source)
    return app


def mend(app):
    (app.root / "mended").touch()


def times(app):
    return {name: record["started"] for name, record in app.study.records.items() if "attempts" not in name}


@pytest.mark.parametrize("how", ["the same command", "oneaxis resume"])
def test_only_what_is_missing_runs(broken, how):
    before, study = times(broken), broken.study
    ended = (
        broken.sweep(*STUDY)
        if how == "the same command"
        else broken.python("-m", "oneaxis.cli", "resume", "studies/kept")
    )
    assert ended.status == 0, ended
    assert "Done: 2 of 4 trials" in ended.out
    assert "To run: 2 of 4 trials" in ended.out
    assert set(broken.study.statuses.values()) == {"finished"}
    assert broken.study.metric("score")["ending=kill"] == 2.0
    after = times(broken)
    assert {name: after[name] for name in before} == before, "what was finished is as it was"
    assert json.loads((broken.study.root / "study.json").read_text())["id"] == study.id
    kept = broken.study.root / "ending=kill" / ".oneaxis" / "attempts" / "1"
    assert (kept / ".hydra" / "config.yaml").exists(), "what the dead attempt left is kept"

    again = broken.sweep(*STUDY)
    assert again.status == 0, again
    assert "Nothing is left to run." in again.out
    assert times(broken) == after


def test_a_study_whose_conf_was_edited_does_not_go_on_as_the_same(broken):
    config = broken.root / "conf" / "config.yaml"
    config.write_text(config.read_text() + "\nadded: 1\n")
    before = times(broken)
    ended = broken.python("-m", "oneaxis.cli", "resume")
    assert ended.status == 1
    assert "can't go on as the same study; it differs in the reference's added: (absent) → 1" in ended.said
    assert "revert that to go on, or start a new study" in ended.said
    assert times(broken) == before


def test_a_study_whose_code_was_edited_does_not_go_on_as_the_same(broken):
    source = broken.root / "app.py"
    source.write_text(source.read_text() + "# edited\n")
    ended = broken.python("-m", "oneaxis.cli", "resume")
    assert ended.status == 1
    assert "can't go on as the same study; it differs in code.app.py: " in ended.said


def test_two_studies_at_once_in_one_folder_share_nothing(host):
    app = host("plain")
    started = [app.start_sweep("lr=0.5,1", FIXED) for _ in range(2)]
    for process in started:
        _, errors = process.communicate(timeout=900)
        assert (process.returncode, errors) == (0, "")
    statuses = [study.statuses for study in app.studies]
    assert all(found == {"reference": "finished", "lr=0.5": "finished", "lr=1": "finished"} for found in statuses)
    # The second to come either found the first at work, and went beside, or found it done.
    assert len(statuses) in (1, 2)


LAUNCHERS = {
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit_local": ["hydra/launcher=submitit_local"],
}


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_job_that_dies_costs_no_other_its_result(host, launcher):
    app = host("endings")
    ended = app.sweep("ending=choice(kill)", "+late=1,2", *LAUNCHERS[launcher])
    assert ended.status == 1
    # joblib ends the whole batch with one worker: others at work at that moment are launched again too.
    assert re.search(r"launched again: ([^(]*, )?ending=kill\b", ended.out), ended.out
    statuses = {"reference": "finished", "ending=kill": "failed", "late=1": "finished", "late=2": "finished"}
    found = {
        name: json.loads((app.study.root / folder / "record.json").read_text())["status"]
        for name, folder in ((name, name) for name in statuses)
    }
    assert found == statuses
    failure = json.loads((app.study.root / "ending=kill" / "record.json").read_text())["failure"]
    assert failure["message"].endswith("so it ended twice, and was given up")


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="ends processes as Linux knows them")
def test_a_sweeper_killed_by_force_loses_nothing(host):
    app = mendable(host)
    sweeper = app.start_sweep("+early=choice(1)", "ending=choice(wait)", FIXED)
    while "waiting" not in sweeper.stdout.readline():
        assert sweeper.poll() is None
    os.kill(sweeper.pid, signal.SIGKILL)
    sweeper.communicate()
    assert app.study.statuses == {"reference": "finished", "early=1": "finished"}
    mend(app)
    ended = app.python("-m", "oneaxis.cli", "resume")
    assert ended.status == 0, ended
    assert app.study.metric("score") == {"reference": 1.0, "early=1": 1.0, "ending=wait": 2.0}


def test_a_secret_that_a_study_does_not_keep_is_asked_for(host):
    app = host("plain")
    script = app.root / "app.py"
    script.write_text(
        script.read_text()
        .replace("import hydra\n", "import sys\nimport hydra\n", 1)
        .replace(
            'if __name__ == "__main__":\n',
            'if __name__ == "__main__":\n    assert sys.argv.pop(1) == "--hf-token"\n'
            '    assert sys.argv.pop(1) == "hf_abcdef"\n',
        )
    )
    typed = ["-m", "hydra/sweeper=oneaxis", "lr=0.5,1", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false"]
    assert app.python("app.py", "--hf-token", "hf_abcdef", *typed).status == 0
    root = app.study.root
    for path in root.glob("lr=1*/record.json"):
        path.unlink()
    ended = app.python("-m", "oneaxis.cli", "resume", str(root))
    assert ended.status == 2
    assert "a study doesn't keep secrets, `--hf-token ***` among them; type its line again, with yours: " in ended.err
    line = shlex.split(ended.err.strip().splitlines()[0].partition("with yours: ")[2].replace("'***'", "hf_abcdef"))
    assert app.python(*line[1:]).status == 0
    assert len(app.study.records) == 3
    assert not [path for path in root.rglob("*") if path.is_file() and b"hf_abcdef" in path.read_bytes()]
