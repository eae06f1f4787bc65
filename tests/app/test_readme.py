"""What the README shows was printed by the program."""

from __future__ import annotations

import re

import pytest
from tests.app.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```text\n\$ (.*?)\n(.*?)```", README, re.DOTALL))
COMMANDS = [
    command for command in re.findall(r"^\| `(python train\.py.*?)` \|", README, re.MULTILINE) if "…" not in command
]


def masked(text: str) -> list[str]:
    """Lines without what differs from run to run: times, folders, spaces between columns."""
    text = re.sub(r"\d[\d.]* (s|min|h)\b( \d+ (s|min)\b)?", "TIME", text)
    text = re.sub(r"× [\d.]+", "RATIO", text)
    text = re.sub(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", "MOMENT", text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("trials ")]


def test_the_refusal_is_real(host):
    [command] = [command for command in BLOCKS if command.startswith("python app.py")]
    ended = host("refusal").python(*command.split()[1:])
    assert ended.status == 1
    assert masked(BLOCKS[command]) == masked(ended.err)[: len(masked(BLOCKS[command]))]


def test_the_first_study_is_real(demo):
    [command] = [command for command in BLOCKS if command.startswith("python train.py")]
    ended = demo.python(*command.split()[1:])
    assert ended.status == 0, ended.err
    assert masked(BLOCKS[command]) == masked(ended.out)[: len(masked(BLOCKS[command]))]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_table_plans_or_runs(demo, command):
    if "mnist1d" in command:
        pytest.importorskip("torch")
    more = ["hydra.sweeper.dry_run=true"] if " -m" in command else ["hydra.sweeper.tracking=null"]
    assert demo.python(*command.split()[1:], *more).status == 0


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
