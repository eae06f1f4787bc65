"""What the documentation names exists: commands, options, settings, targets, extras, files of the repository."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator

import pytest
import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from tests.docs.pages import PAGES, ROOT, script

generate = script("generate")
COMMANDS = generate.commands()
OPTIONS = {
    name: {text for action in parser._actions for text in action.option_strings} for name, parser in COMMANDS.items()
}
SETTINGS = {*generate.defaults(), "policy"}
MAPS = ("axes", "carries", "controls", "params", "roles", "policy.guardrails", "job")  # what is below is the user's
GROUPS = {
    "hydra/sweeper": {"oneaxis", "basic"},
    "hydra/callbacks": {"oneaxis"},
    "hydra/launcher": {"oneaxis", "basic", "joblib", "submitit_slurm", "submitit_local", "ray"},
}
MADE = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")
TARGETS = set(re.findall(r"^([a-z./]+):", MADE, re.MULTILINE))
EXTRAS = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
ERRORS = {node.name for node in ast.parse((ROOT / "src/oneaxis/errors.py").read_text()).body if hasattr(node, "name")}


def lines() -> Iterator[tuple[str, str]]:
    """Everything that is set as code, with its page."""
    return ((str(page), line) for page in PAGES for line in page.code)


def named(pattern: str) -> list[tuple[str, re.Match[str]]]:
    return [(f"{place}: {line}", found) for place, line in lines() for found in re.finditer(pattern, line)]


def unknown(pattern: str, known: set[str]) -> list[str]:
    found = named(pattern)
    assert found, "nothing was looked at"
    return [place for place, match in found if match[1] not in known]


def test_every_command_and_its_options():
    found = named(r"(?:^|[$(&|] |: )oneaxis ([a-z]+)([^|&`]*)")
    assert {match[1] for _, match in found} == set(COMMANDS)
    for place, match in found:
        assert set(re.findall(r"(?<![\w-])--[a-z-]+", match[2])) <= OPTIONS[match[1]], place


def test_every_setting():
    found = named(r"hydra\.sweeper\.([a-z_]+(?:\.[a-z_]+)?)") + named(r"(?<![\w.])(policy\.[a-z_]+)")
    assert [place for place, match in found if match[1] not in SETTINGS and not match[1].startswith(MAPS)] == []


def test_every_choice_of_hydras_own_groups():
    found = named(r"(hydra/(?:sweeper|launcher|callbacks))(?:=|: )([a-z_]+)")
    assert [place for place, match in found if match[2] not in GROUPS[match[1]]] == []


def test_every_target_of_make():
    assert unknown(r"^(?:\$ |- run: )?make ([a-z./]+)", TARGETS) == []


def test_every_extra():
    assert unknown(r"(?:\.|oneaxis|CLONE'?)\[([a-z-]+)\]", EXTRAS) == []


def test_every_file_of_the_repository():
    found = named(r"^((?:src|tests|bench|docs)/[\w./-]+)$")
    assert [place for place, match in found if not (ROOT / match[1]).exists() and "_build" not in match[1]] == []


def test_every_error_class():
    assert unknown(r"oneaxis\.errors\.([A-Za-z]+)", ERRORS) == []


def test_every_override_is_hydras_grammar():
    parser = OverridesParser.create()
    for place, match in named(r"^(?:\$ |- run: )?python \w+\.py ([^…]*)$"):
        words = shlex.split(match[1], comments=True)
        try:
            parser.parse_overrides([word for word in words if "=" in word and not word.startswith("--")])
        except HydraException as error:
            pytest.fail(f"{place}: {error}")


def test_every_block_of_yaml_and_python_can_be_read():
    for page in PAGES:
        for language, text in page.blocks:
            try:
                if language == "yaml":
                    yaml.safe_load(text)
                elif language == "python" and "…" not in text:
                    ast.parse(text)
            except (yaml.YAMLError, SyntaxError) as error:
                pytest.fail(f"{page}: {error}")
