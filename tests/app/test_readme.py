"""What the README shows was printed by the program."""

from __future__ import annotations

import json
import re
import shlex
import statistics
from pathlib import Path

import pytest
from tests.app.readme import BLOCKS, README, masked

COMMANDS = [
    command for command in re.findall(r"^\| `(python train\.py.*?)` \|", README, re.MULTILINE) if "…" not in command
]


def test_the_refusal_is_real(host):
    [command] = [command for command in BLOCKS if command.startswith("python app.py")]
    ended = host("refusal").python(*shlex.split(command)[1:])
    assert ended.status == 1
    assert masked(BLOCKS[command]) == masked(ended.err)[: len(masked(BLOCKS[command]))]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_table_plans_or_runs(demo, command):
    if "mnist1d" in command:
        pytest.importorskip("torch")
    more = ["hydra.sweeper.dry_run=true"] if " -m" in command else ["hydra.sweeper.tracking=null"]
    assert demo.python(*shlex.split(command)[1:], *more).status == 0


def test_every_setting_is_in_the_table_with_its_default():
    from hydra_plugins.oneaxis.config import PolicySettings, SweeperSettings

    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.*?) \|", README, re.MULTILINE))
    own = {"_target_", "job", "policy"}
    settings = {name: value for name, value in vars(SweeperSettings()).items() if name not in own}
    settings |= {f"policy.{name}": value for name, value in vars(PolicySettings()).items()}
    assert set(rows) == set(settings)
    for name in ("seeds", "seed_key", "reference", "policy.replicates", "dry_run", "fail_fast", "tracking"):
        shown = str(settings[name]).lower() if isinstance(settings[name], bool) else str(settings[name])
        assert shown in rows[name], name


def test_what_it_costs_is_what_the_bench_measured():
    bench = Path(__file__).parents[2] / "bench"
    loads = json.loads((bench / "results" / "bench.json").read_text())["loads"]
    captions = dict(re.findall(r'Variant\(\s*"([\w-]+)",\s*"([^"]+)"', (bench / "variants.py").read_text()))
    shown = dict(re.findall(r"^\| (.+?) \| (\d\.\d \| \d\.\d) \|$", README, re.MULTILINE))
    names = {caption: name for name, caption in captions.items()}

    def ratio(load, name):
        rounds = loads[load]["rounds"]
        walls = [one[name]["wall"] / one["floor-2"]["inner"] for one in rounds]
        return f"{statistics.median(walls):.1f}"

    assert len(shown) == 6
    for caption, figures in shown.items():
        assert figures == " | ".join(ratio(load, names[caption]) for load in ("small", "medium")), caption
    assert loads["small"]["machine"].partition(",")[0] in README


def test_the_targets_that_are_missed_are_counted_and_explained():
    results = Path(__file__).parents[2] / "bench" / "results"
    missed = (results / "bench.md").read_text().count("| FAIL |")
    word = {3: "three", 4: "four", 5: "five"}[missed]
    assert f"Of our own targets {word} are missed" in README
    assert f"{word} of them fail" in (results / "misses.md").read_text()
