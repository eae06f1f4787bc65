"""What a study's end says: what to open, what to type, and what one run each can't tell."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from oneaxis.analysis.comparison import compare
from oneaxis.loop.advice import caution, next_steps, undecided
from oneaxis.tracking.handle import Mirrored
from oneaxis.vocabulary import Plan, Policy, Record, Study, Tracking, Trial

URI = "sqlite:////data/mlflow.db"
MIRRORED = Mirrored("7", "f00d", 2, (), None)


def study(*, seeds=(1,), tracking=URI, arguments=("-m", "lr=1,2"), deviations=("lr=1",)):
    trials = tuple(
        Trial(index, name, name and "lr", name and name[3:], seed, (), "digest", str(index))
        for index, (name, seed) in enumerate((name, seed) for seed in seeds for name in (None, *deviations))
    )
    plan = Plan(None, (), (), trials, "seed", seeds, seeds)
    return Study("abcd", "app", "", ("app.py",), arguments, "/", plan, Policy(), Tracking(tracking, "tests"))


def records(of, *, seconds=2.0, metric="score"):
    return {
        trial.index: Record(
            "abcd", trial.index, trial.role, trial.axis, trial.value, trial.deviation, trial.seed, trial.folder,
            "finished", {metric: 1.0}, seconds=seconds,
        )
        for trial in of.plan.trials
    }  # fmt: skip


def steps(of=None, mirrored=MIRRORED, uri=URI, metric="score", folder="runs/one"):
    of = of or study()
    return next_steps(of, Path(folder), compare(of.plan, records(of, metric=metric), of.policy), mirrored, uri=uri)


def cautioned(of):
    found = records(of)
    return caution(of, compare(of.plan, found, of.policy), found)


def test_one_seed_decides_nothing_and_the_command_and_cost_that_would_are_said():
    assert cautioned(study()).splitlines() == [
        "",
        "One run each decides nothing: chance alone moves these numbers.",
        "5 seeds would (10 trials, about 20 s of compute):",
        "  python app.py -m lr=1,2 hydra.sweeper.seeds=5",
    ]


def test_the_command_keeps_what_was_typed_word_by_word():
    typed = ("-m", "text='a b',\"c\"", "hydra.sweeper.seeds=1", "path=/x y")
    command = cautioned(study(arguments=typed)).splitlines()[-1]
    assert shlex.split(command) == ["python", "app.py", "-m", typed[1], typed[3], "hydra.sweeper.seeds=5"]


@pytest.mark.parametrize("of", [study(seeds=(1, 2)), study(deviations=())], ids=["several seeds", "no deviations"])
def test_nothing_is_said_where_it_would_not_help(of):
    assert cautioned(of) == ""


def test_without_a_seed_key_no_command_is_given_that_would_be_refused():
    said = cautioned(study(seeds=(None,)))
    assert "hydra.sweeper.seeds" not in said
    assert "the configuration has no `seed` to count from; add `seed: 0` and use it" in said


def test_the_folder_can_be_copied_into_a_shell():
    [line] = [line for line in steps(folder="runs/my study").splitlines() if line.startswith("again:")]
    assert shlex.split(line) == ["again:", "oneaxis", "compare", "runs/my study"]


@pytest.mark.parametrize(
    "uri, command, server",
    [
        (URI, f"mlflow ui --backend-store-uri {URI}, then open", "http://127.0.0.1:5000/"),
        ("here", "mlflow ui, then open", "http://127.0.0.1:5000/"),
        ("http://server:8080/", "open", "http://server:8080/"),
        ("https://me:secret@server", "open", "https://server/"),
    ],
)
def test_what_to_open_for_each_kind_of_store(uri, command, server):
    uri = f"sqlite:///{Path.cwd()}/mlflow.db" if uri == "here" else uri
    *_, first, link = steps(uri=uri).splitlines()
    assert first == f"MLflow: {command}"
    assert link.strip().startswith(f"{server}#/experiments/7/runs?")
    assert "secret" not in link


@pytest.mark.parametrize("uri", ["postgresql://me:secret@server/db", "postgresql://server/db?user=me&password=secret"])
def test_a_store_with_a_password_is_opened_by_the_variable_that_holds_it(uri, monkeypatch):
    _, _, first, *remark, link = steps(uri=uri).splitlines()
    assert first == 'MLflow: mlflow ui --backend-store-uri "$MLFLOW_TRACKING_URI", then open'
    assert " ".join(" ".join(remark).split()) == OF_A_DATABASE
    assert link.strip().startswith("http://127.0.0.1:5000/#/")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert steps(uri=uri).splitlines() == ["", "again: oneaxis compare runs/one", first, link]


def test_what_to_set_before_the_rest_is_written_to_a_store_with_a_password():
    lacking = Mirrored(None, None, 0, (0,), "away")
    assert steps(mirrored=lacking, uri="http://me:secret@server").splitlines()[-2:] == [
        "        (passwords aren't kept; first set MLFLOW_TRACKING_URI=http://server,",
        "        MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD)",
    ]


OF_A_DATABASE = "(passwords aren't kept; first set MLFLOW_TRACKING_URI to the store's address, or type it again)"
OF_A_SERVER = (
    "(passwords aren't kept; first set MLFLOW_TRACKING_URI=http://server:1, MLFLOW_TRACKING_USERNAME and "
    "MLFLOW_TRACKING_PASSWORD)"
)


@pytest.mark.parametrize(
    "address, remark",
    [
        ("http://***@server:1", OF_A_SERVER),
        ("'http://***@server:1'", OF_A_SERVER),
        ("postgresql://***@server/db", OF_A_DATABASE),
        ("'postgresql://server/db?password=***'", OF_A_DATABASE),
        ("http://server:1", None),
    ],
)
def test_lines_to_type_leave_out_an_address_whose_password_was_not_kept(address, remark):
    typed = f"hydra.sweeper.tracking={address}"
    told = cautioned(study(arguments=("-m", "lr=1,2", typed))).splitlines()[3:]
    assert shlex.split(told[0]) == [
        "python",
        "app.py",
        "-m",
        "lr=1,2",
        *([] if remark else [typed]),
        "hydra.sweeper.seeds=5",
    ]
    assert " ".join(told[1:]) == (remark or "")


@pytest.mark.parametrize(
    "metric, order, ascending",
    [
        ("score", "metrics.`score`", "false"),
        ("val/loss", "metrics.`val/loss`", "true"),
        ("recall@5", "metrics.`recall_x40_5`", "false"),  # as it is called in MLflow
    ],
)
def test_the_link_is_a_flat_list_of_the_trials_best_first(metric, order, ascending):
    query = parse_qs(urlsplit(steps(metric=metric).splitlines()[-1].strip()).fragment.partition("?")[2])
    assert query == {
        "searchFilter": ["tags.`mlflow.parentRunId` = 'f00d'"],
        "orderByKey": [order],
        "orderByAsc": [ascending],
    }
    assert unquote(order) == order


@pytest.mark.parametrize(
    "of, mirrored, said",
    [
        (study(tracking="offline"), None, "MLflow: nothing written yet (offline); oneaxis sync runs/one"),
        (
            study(),
            Mirrored(None, None, 0, (0, 1), "no space left"),
            (
                "MLflow: 2 trials lack there; no space left\n"
                "        all is on disk; to write the rest: oneaxis sync runs/one"
            ),
        ),
        (
            study(),
            Mirrored(None, None, 1, (1,), "no space left"),
            (
                "MLflow: 1 trial lacks there; no space left\n"
                "        all is on disk; to write the rest: oneaxis sync runs/one"
            ),
        ),
        (
            study(),
            Mirrored("7", "f00d", 2, (), "the mirror died"),
            "MLflow: the mirror died\n        all is on disk; to write the rest: oneaxis sync runs/one",
        ),
    ],
    ids=["offline", "some lack", "one lacks", "died"],
)
def test_what_lacks_in_mlflow_comes_with_the_command_that_writes_it(of, mirrored, said):
    assert steps(of, mirrored).endswith(said)


def test_what_the_mirror_remarks_stands_below_the_links():
    told = steps(study(), replace(MIRRORED, remark="no artifacts are in MLflow"))
    assert told.endswith("\n        no artifacts are in MLflow")


def test_a_study_that_is_tracked_nowhere_names_no_mlflow():
    assert "MLflow" not in steps(study(tracking=None), None)


def test_the_line_for_more_seeds_leaves_out_an_address_whose_password_was_not_kept():
    typed = ("-m", "lr=1,2", "hydra.sweeper.tracking=postgresql://***@h/db")
    of = study(seeds=(1, 2, 3), arguments=typed)
    found = records(of)
    for trial, value in zip(of.plan.trials, (1.0, 1.5, 1.1, 1.3, 0.9, 1.0), strict=True):
        found[trial.index] = replace(found[trial.index], metrics={"score": value})
    told = undecided(of, compare(of.plan, found, of.policy), found)
    assert "***" not in told
    assert "  python app.py -m lr=1,2 hydra.sweeper.seeds=" in told
    assert OF_A_DATABASE in " ".join(told.split())


def test_where_every_seed_shows_the_same_difference_no_number_of_seeds_is_named():
    of = study(seeds=(1, 2, 3))
    found = records(of)
    for trial in of.plan.trials:
        value = 0.5 * trial.seed + (trial.deviation is not None)
        found[trial.index] = replace(found[trial.index], metrics={"score": value})
    comparison = compare(of.plan, found, of.policy)
    assert [row.verdict for row in comparison.rows] == ["inconclusive"]
    assert undecided(of, comparison, found) == ""
