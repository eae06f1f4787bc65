"""What the bench keeps of its runs: a part that is run apart takes nothing away that was measured before."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
HERE = {"slowness": 2.0, "machine": "2026-11-20, here"}


@pytest.fixture(scope="module")
def bench():
    """The bench's own modules, which find each other as scripts do."""
    before, known = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(BENCH))
    import kept
    import measure
    import rows

    yield kept, measure.Timing, rows.ROWS
    sys.path[:] = before
    for name in set(sys.modules) - known:
        if str(BENCH) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def of(bench):
    """`of(["small"], floor-2=1.0, local=2.0)`: one round of the small workload, in which these variants ran."""
    kept, timing, rows = bench

    def made(complete, /, values=(), lacks=None, **walls):
        found = {name: timing(wall, wall, wall, 49, 100, 200) for name, wall in walls.items()}
        row = rows[0]
        lacking = {} if lacks is None else {row.name: lacks}
        rounds = [{"small": found}] if found else []
        return kept.Kept.of(
            rounds, complete=complete, rows=[row], values={row.name: list(values)}, lacking=lacking, **HERE
        )

    return made


def test_the_tables_that_are_committed_are_those_of_the_figures(bench):
    kept, *_ = bench
    assert kept.report(kept.Kept.read(BENCH / "results" / "bench.json")) == (BENCH / "results" / "bench.md").read_text()


def test_a_whole_run_replaces_a_workload(of):
    before, after = of(["small"], **{"floor-2": 1.0, "local": 3.0}), of(["small"], **{"floor-2": 1.0, "local": 2.0})
    [shares] = before.with_news(after).shares().values()
    assert list(shares.values()) == [[1.0], [2.0]]


def test_a_variant_that_ran_apart_is_shown_beside_its_own_floor(bench, of):
    kept, *_ = bench
    before = of(["small"], **{"floor-2": 1.0, "local": 3.0})
    both = before.with_news(of([], **{"floor-2": 2.0, "local": 4.0, "ray": 100.0}))
    assert both.loads["small"]["rounds"] == before.loads["small"]["rounds"]
    assert set(both.loads["small"]["apart"]) == {"ray"}, "what ran with all others says more"
    [line] = [line for line in kept.report(both).splitlines() if "; apart, " in line]
    assert "| 50.00 |" in line
    assert "2026-11-20, here" in line


def test_nothing_measured_takes_no_value_away(of):
    before = of([], values=[0.5])
    [row] = before.with_news(of([], lacks="no git")).rows.values()
    assert row["values"] == [0.5]
    [row] = of([], lacks="no git").with_news(before).rows.values()
    assert row["values"] == [0.5]


def test_what_the_page_on_clusters_says_was_measured():
    page = " ".join((BENCH.parent / "docs" / "how-to" / "cluster.md").read_text().split())
    fast, slow = (BENCH / "results" / "scale_10000.md").read_text().split("On an Intel Xeon machine")
    team = (BENCH / "results" / "team.md").read_text()
    for result, measured, said in (
        (fast, r"trials \| ([\d.]+) s", "trials, six at a time | {} s"),
        (fast, r"whole \| ([\d.]+) s", "whole | {} s"),
        (fast, r"report, rest of the mirror, end \| ([\d.]+) s", "the mirror's rest | {} s"),
        (fast, r"nothing left to run \| ([\d.]+) s", "nothing left to run | {} s"),
        (fast, r"sweeper's memory \| (\d+) MB", "held {} MB at most"),
        (slow, r"sweeper's memory \| (\d+) MB", "two slow cores: {} MB"),
        (slow, r"MB, (\d+) MB over", "{} MB more than in a study of two trials"),
        (team, r"server \| (\d+) of", "all {} runs came there"),
        (team, r"without a server \| ([\d.]+) s", "the eight took {} s without a server"),
        (team, r"is written \| ([\d.]+) s", "and {} s with it"),
    ):
        value = float(re.search(measured, result)[1])
        assert said.format(f"{value:.0f}") in page, said


def test_the_page_on_clusters_shows_the_demos_study_as_it_was_timed():
    page = (BENCH.parent / "docs" / "how-to" / "cluster.md").read_text()
    timed = re.findall(r"^\| (\w+) \| ([\d.]+) \|", (BENCH / "results" / "launchers_demo.md").read_text(), re.MULTILINE)
    assert [name for name, _ in timed] == ["basic", "oneaxis", "joblib", "submitit_local", "submitit_slurm"]
    assert all(f"\n| {name} | {seconds} s |\n" in page for name, seconds in timed)
