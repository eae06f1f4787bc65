"""The trap of the held learning rate, as it is typed: "worse", the study that tunes it, and what that gave."""

from __future__ import annotations

import re
import shlex

import pytest


@pytest.fixture(scope="module", params=[0.8, 0.6], ids=["it was the rate", "it was the change"])
def found(request, shared_host):
    """The change at the held rate, then the command that the first study printed."""
    app = shared_host("rates")
    moved = [f"sgd={request.param}", "hydra.sweeper.seeds=3"]
    app.first = app.sweep("optimizer=choice(sgd)", *moved)
    typed = re.search(r"\n  python (app\.py .*optimizer\.lr=.*)\n", app.first.out)[1]
    app.follow_up = app.python(*shlex.split(typed))
    app.compared = app.python("-m", "oneaxis.cli", "compare", str(app.studies[0].root))
    return app, request.param


def test_a_worse_names_the_rate_that_was_held_and_the_study_that_tunes_it(found):
    app, sgd = found
    assert "optimizer=sgd is worse at optimizer.lr = 0.01, which was held. With rates of its own:" in app.first.said
    line = f"python app.py --config-name config -m sgd={sgd} optimizer=sgd optimizer.lr=0.001,0.003,0.03,0.1 hydra"
    assert line in app.first.out


def test_both_sides_at_their_own_rate_are_shown_for_what_they_are(found):
    app, sgd = found
    for said in (app.follow_up.said, app.compared.said):
        assert "optimizer=sgd with its own optimizer.lr, 0.1: val_accuracy" in said
        assert "the reference with its own, 0.01:" in said
        word = "better" if sgd > 0.7 else "still worse"
        assert f"With its own learning rate it is {word}:" in said
        assert "two changes, the second one tuning; the change's rate was chosen on these seeds" in said
        assert "0.1 is the largest rate that was tried" in said


def test_a_study_without_anything_worse_says_nothing_of_rates(host):
    ended = host("rates").sweep("optimizer=choice(sgd)", "sgd=1.5", "hydra.sweeper.seeds=3")
    assert ended.status == 0, ended.err
    assert "learning rate" not in ended.out
    assert "which was held" not in ended.out
