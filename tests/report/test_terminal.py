"""The plan and the table at 80 columns, as golden files; and that nothing is ever wider or lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from tests.analysis.study import plan, record
from tests.planning.asked import asked, axis
from tests.planning.world import World
from tests.strategies import few, hostile_text

from oneaxis.analysis.comparison import compare
from oneaxis.planning.plan import make_plan
from oneaxis.report.table import Table, other_metrics, tabulate
from oneaxis.report.terminal import PLAIN_WIDTH, console, plan_heading, plan_view, say, table_view, width_of
from oneaxis.vocabulary import Policy, Step

WORLD = World(
    {
        "seed": 0,
        "optimizer": {"lr": 0.001, "weight_decay": 0.0},
        "scheduler": {"lr": "${optimizer.lr}"},
        "training": {"steps": 6000, "batch_size": 100},
        "caption": "as in the paper",
        "stamp": "10:15",
    },
    {
        "model": {
            "mlp": {"hidden": [100, 100], "residual": True, "name": "mlp"},
            "cnn": {"channels": 25, "name": "cnn", "@defaults": {"data": "images"}},
            "convolutional_with_a_long_name": {
                "channels": 25,
                "kernel_size": [5, 3, 3],
                "name": "long",
                "pooling": None,
            },
        },
        "data": {"signals": {"rows": 4000}, "images": {"rows": 4000, "shape": [8, 8]}},
    },
    {"model": "mlp", "data": "signals"},
)


def planned(*line, **settings):
    return make_plan(asked(*line, **settings), WORLD)


def everything():
    """A plan in which each thing that a plan can say is said."""
    return planned(
        "training.steps=3000",
        "model.name=fixed",
        axis("model", "cnn", "convolutional_with_a_long_name", carries=("data",)),
        axis("optimizer.lr", Step("times", 0.1), "1e-3", "1e-2", "0.010"),
        axis("training.batch_size", "100.0", Step("times", 0.333)),
        axis("optimizer.weight_decay", "${optimizer.lr}", "null"),
        axis("caption", "'a much longer note about this one run, which does not fit into one line of eighty'"),
        axis("training.momentum", "0.9", prefix="+"),
        axis("training.steps", "3000", "1000"),
        seeds=5,
        reference_seeds=8,
        unstable=frozenset({("stamp",)}),
    )


@pytest.mark.parametrize(
    "name, made",
    [
        ("plan_everything.txt", everything),
        ("plan_one_seed.txt", lambda: planned(axis("optimizer.lr", "1e-4", "1e-2"))),
        ("plan_reference_alone.txt", planned),
        ("plan_without_reference.txt", lambda: planned(axis("optimizer.lr", "1", "2"), reference=False, seeds=2)),
    ],
)
def test_a_plan_reads_as_its_golden_file(name, made, shown, golden):
    found = made()
    text = shown(plan_view(found, heading=plan_heading(found)))

    golden(name, text)
    assert max(map(cell_len, text.splitlines())) <= 80


def study(seeds):
    """Six deviations with names and values as they occur."""
    axes = [
        ("optimizer.lr", "0.0001"),
        ("optimizer.lr", "0.01"),
        ("model", "convolutional_with_a_long_name"),
        ("training.schedule.warmup_steps", "10000"),
        ("features.n_components", "0.95"),
        ("data.augmentation.transforms", "[crop,flip,colour_jitter,random_erasing,mixup]"),
    ]
    made = plan(axes, seeds=range(seeds))
    results = {
        trial.index: record(
            trial.index,
            seconds=0.04 * 3 ** (trial.index % 7),
            val_accuracy=0.9 + 0.001 * (trial.index * 37 % 50),
            val_loss=1e-4 * (1 + trial.index * 13 % 7),
            test_accuracy=0.9,
        )
        for trial in made.trials
    }
    results[4] = record(4, "failed")
    results[5] = record(5, "refused")
    del results[6]
    return compare(made, results, Policy(metric="val_accuracy"))


@pytest.mark.parametrize(
    "name, made",
    [
        ("table_one_seed.txt", lambda: tabulate(study(1), wide=False)),
        ("table_five_seeds.txt", lambda: tabulate(study(5), wide=False)),
        ("table_other_metrics.txt", lambda: other_metrics(study(1))),
    ],
)
def test_a_table_reads_as_its_golden_file(name, made, shown, golden):
    text = shown(table_view(made()))

    golden(name, text)
    assert max(map(cell_len, text.splitlines())) <= 80


def test_where_there_is_room_the_table_shows_axis_and_intervals_apart(shown, golden):
    table = tabulate(study(5))
    text = shown(table_view(table), width=width_of(table))

    golden("table_five_seeds_wide.txt", text)
    assert "0.918 ± 0.018" in text


def test_the_plan_of_an_adaptive_study_says_its_looks_and_range():
    found = plan_heading(planned(axis("optimizer.lr", "1", "2"), seeds=15, looks=(3, 5, 7, 10, 15), max_trials=30))
    assert found.splitlines() == [
        "Plan: 9 to 45 trials, at most 30 (max_trials) = (the reference + 2 deviations) × 3 to 15 seeds",
        "      adaptive: looks after 3, 5, 7, 10 and 15 seeds; a verdict is final,",
        "      and only undecided deviations get more",
        "      seeds: seed=0,1,…, the same for all",
    ]


@pytest.mark.parametrize(
    "made, heading",
    [
        (
            lambda: planned(axis("optimizer.lr", "1")),
            "Plan: 2 trials = (the reference + 1 deviation) × 1 seed\n      seed: seed=0",
        ),
        (planned, "Plan: 1 trial = (the reference + 0 deviations) × 1 seed\n      seed: seed=0"),
        (
            lambda: planned(axis("optimizer.lr", "1", "2"), seeds=3),
            "Plan: 9 trials = (the reference + 2 deviations) × 3 seeds\n      seeds: seed=0,1,2, the same for all",
        ),
        (
            lambda: planned(axis("optimizer.lr", "1"), reference_seeds=3),
            "Plan: 4 trials = (the reference + 1 deviation) × 1 seed + 2 more of the reference\n      seed: seed=0",
        ),
        (lambda: planned(axis("optimizer.lr", "1", "2"), reference=False), "Plan: 2 trials, without a reference"),
    ],
)
def test_the_heading_counts_the_trials(made, heading):
    assert plan_heading(made()) == heading


texts = hostile_text.filter(lambda text: text.isprintable())


@settings(few, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=4))
def test_no_table_is_wider_than_its_terminal_and_no_name_is_cut(shown, cells):
    rows = tuple((name * 5, value[:8], delta[:8]) for name, value, delta in cells)
    text = shown(table_view(Table(("change", "accuracy", "Δ"), rows, has_reference=True)))

    assert max(map(cell_len, text.splitlines())) <= 80
    left = "".join(text.split())
    for name, _, _ in rows:
        assert all(left.count(letter) >= name.count(letter) for letter in name if not letter.isspace())


def test_markup_in_a_value_is_text(shown):
    assert "[red]x[/red] [1,2]" in shown(
        table_view(Table(("change",), (("[red]x[/red] [1,2]",),), has_reference=False))
    )
    found = make_plan(asked(axis("caption", "'[bold]b[/bold]'")), WORLD)
    assert "caption: as in the paper → [bold]b[/bold]" in shown(plan_view(found, heading="h"))


def test_a_command_is_printed_in_one_piece():
    command = "python train.py -m " + "model.C=0.1,1 " * 20 + "[not markup]"
    terminal = Console(width=80, record=True)

    say(terminal, command)
    say(terminal, "")

    assert terminal.export_text() == command + "\n"


def test_where_there_is_no_terminal_lines_are_eighty_wide_and_plain(capsys):
    plain = console()
    plain.print("x " * 60, style="bold red")

    assert (plain.width, plain.is_terminal) == (PLAIN_WIDTH, False)
    assert "\x1b" not in capsys.readouterr().out
