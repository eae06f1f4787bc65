"""The command that a study names for its claims runs those of the configuration that was chosen."""

import pytest

from oneaxis.loop.claims import reproduce_command
from oneaxis.loop.command_line import config_name


@pytest.mark.parametrize(
    "typed, command",
    [
        (["-m", "x=1,2"], "oneaxis reproduce"),
        (["--config-name", "mnist1d", "-m"], "oneaxis reproduce --config-name mnist1d"),
        (["-m", "--config-name=mnist1d", "x=1"], "oneaxis reproduce --config-name mnist1d"),
        (["-cn", "my config", "-m"], "oneaxis reproduce --config-name 'my config'"),
        (["-m", "config-name=3"], "oneaxis reproduce"),
        (["-m", "--config-name"], "oneaxis reproduce"),
    ],
)
def test_the_command_names_the_configuration(typed, command):
    assert reproduce_command(config_name(typed)) == command
