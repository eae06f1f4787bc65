"""Earlier trials of proved identity stand in for new runs; what can't be proved runs again, and why is said."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def studied(shared_host):
    """An app whose task says what data it saw, and one study of it."""
    app = shared_host("plain")
    (app.root / "data.csv").write_text("1,2\n")
    source = (app.root / "app.py").read_text().replace("import hydra", "import hydra\nimport oneaxis", 1)
    saw = 'def main(cfg):\n    oneaxis.fingerprint_data(train="data.csv", evaluation="data.csv")\n'
    (app.root / "app.py").write_text(source.replace("def main(cfg):\n", saw))
    assert app.sweep("lr=0.5,1").status == 0
    return app


def test_one_more_value_runs_one_more_deviation(studied):
    ended = studied.sweep("lr=0.5,1,2")
    assert ended.status == 0, ended
    assert "Reused: 3 of 4 trials, from multirun/" in ended.out
    assert "To run: 1 of 4 trials, about" in ended.out
    first, second = studied.studies
    assert second.metric("val/score") | first.metric("val/score") == second.metric("val/score")
    reused = {name: bool(record["reused_from"]) for name, record in second.records.items()}
    assert reused == {"reference": True, "lr=0.5": True, "lr=1": True, "lr=2": False}
    assert second.records["lr=1"]["reused_from"]["study"] == first.id

    # The data were replaced: nothing of before proves anything.
    (studied.root / "data.csv").write_text("1,3\n")
    foreseen = studied.sweep("lr=0.5,1", "hydra.sweeper.dry_run=true")
    assert "not reused: 3 trials: data.train.data.csv: " in foreseen.out
    (studied.root / "data.csv").write_text("1,2\n")


def test_many_that_were_tried_and_reused_are_counted_not_listed(studied):
    values = ",".join(str(number / 64) for number in range(1, 15))
    assert studied.sweep(f"lr=choice({values})").status == 0
    ended = studied.sweep(f"lr=choice({values},16)")
    assert ended.status == 0, ended
    assert "lr=0.171875 1/1 and 3 more\n" in ended.out
    assert ended.out.count("was tried at this reference") == 10
    assert "note: and 4 more were tried at this reference: oneaxis findings" in ended.said


@pytest.mark.parametrize(
    "changed, said",
    [
        (["hydra.sweeper.reuse=false"], ""),
        ([], "Reused: 3 of 3 trials"),
    ],
)
def test_a_dry_run_says_what_is_known(studied, changed, said):
    ended = studied.sweep("lr=0.5,1", "hydra.sweeper.dry_run=true", *changed)
    assert ended.status == 0, ended
    assert (said in ended.out) if said else ("Reused" not in ended.out)


def test_code_that_was_edited_runs_again(studied):
    source = (studied.root / "app.py").read_text()
    (studied.root / "app.py").write_text(source + "# edited\n")
    ended = studied.sweep("lr=0.5,1", "hydra.sweeper.dry_run=true")
    (studied.root / "app.py").write_text(source)
    assert "not reused: 3 trials: code.app.py: " in ended.out


def test_without_recorded_data_trials_are_reused_only_by_force(host):
    app = host("plain")
    assert app.sweep("lr=choice(0.5)").status == 0
    ended = app.sweep("lr=choice(0.5)", "hydra.sweeper.dry_run=true")
    assert "not reused: 2 trials: what data it saw isn't recorded" in ended.said
    assert (
        "Reused: 2 of 2" in app.sweep("lr=choice(0.5)", "hydra.sweeper.dry_run=true", "hydra.sweeper.reuse=force").out
    )
