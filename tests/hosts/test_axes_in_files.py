"""Axes in files: what bare `python app.py -m` runs, and how the command line and the file go together."""

from __future__ import annotations

import pytest

DEFAULT = ["lr=0.03", "lr=0.9", "epochs=9", "epochs=15", "features=standard", "features=pca"]

# what is typed after `-m`, and the deviations that are planned
TYPED = {
    "nothing: the default file": ([], DEFAULT),
    "a fixed value: the default file, centred on it": (
        ["epochs=20"],
        ["lr=0.03", "lr=0.9", "epochs=19", "epochs=25", "features=standard", "features=pca"],
    ),
    "an axis: it replaces the default file's": (["lr=1,2"], ["lr=1", "lr=2"]),
    "another file": (["axes=models"], ["model=forest"]),
    "another file and an axis: both": (["axes=models", "lr=1,2"], ["lr=1", "lr=2", "model=forest"]),
    "the default file by name and an axis: both": (["axes=default", "model=linear,forest"], ["model=forest", *DEFAULT]),
}


@pytest.mark.parametrize("case", TYPED)
def test_what_is_typed_decides_which_axes_run(host, case):
    typed, deviations = TYPED[case]
    app = host("axes_in_files")
    ended = app.python("app.py", "-m", *typed, "hydra.sweeper.seeds=1")
    assert ended.status == 0, ended
    assert [trial["deviation"] for trial in app.study.plan["trials"]] == [None, *deviations]
    assert set(app.study.statuses.values()) == {"finished"}


def test_the_file_may_hold_seeds_and_the_command_line_outranks_it(host):
    app = host("axes_in_files")
    for typed, trials in ([], 14), (["hydra.sweeper.seeds=1"], 7), (["seed=4,5,6"], 21):
        ended = app.python("app.py", "-m", *typed, "hydra.sweeper.dry_run=true")
        assert ended.status == 0, ended
        assert f"Plan: {trials} trials" in ended.out
        assert "Dry run: nothing was run and nothing written." in ended.out
    assert app.left == []


def test_the_tasks_own_config_stays_clean(host):
    app = host("axes_in_files")
    ended = app.python("app.py", "--cfg", "job")
    assert "sweeper" not in ended.out
    assert "axes" not in ended.out
    assert ended.out.startswith("model:")
