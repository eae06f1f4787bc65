"""What the README shows was printed by the program."""

from __future__ import annotations

import re
import shlex

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
