"""What the documentation names exists: commands, options, settings, targets, extras, files of the repository."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib

import pytest
import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from tests.docs.pages import PAGES, ROOT, script

generate = script("generate")
COMMANDS = generate.commands()
SETTINGS = generate.defaults()
OPTIONS = {
    name: {text for action in parser._actions for text in action.option_strings} for name, parser in COMMANDS.items()
}
GROUPS = {"hydra/sweeper": {"oneaxis", "basic"}, "hydra/callbacks": {"oneaxis"}}
GROUPS["hydra/launcher"] = {"oneaxis", "basic", "joblib", "submitit_slurm", "submitit_local"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

each_page = pytest.mark.parametrize("page", PAGES, ids=str)


@each_page
def test_every_command_and_its_options(page):
    for line in page.code:
        for found in re.finditer(r"(?:^|[$(&|] |^\()oneaxis ([a-z]+)([^|&`]*)", line):
            name, rest = found.groups()
            assert name in COMMANDS, line
            assert set(re.findall(r"(?<![\w-])--[a-z-]+", rest)) <= OPTIONS[name], line


@each_page
def test_every_setting(page):
    named = {
        name.rstrip(".") for line in page.code for name in re.findall(r"hydra\.sweeper\.([a-z_]+(?:\.[a-z_]+)?)", line)
    }
    named |= {name for line in page.code for name in re.findall(r"(?<![\w.])policy\.[a-z_]+", line)}
    maps = ("axes", "carries", "controls", "params", "roles", "policy.guardrails", "job")  # what is below is the user's
    assert [name for name in named if not (name in SETTINGS or name == "policy" or name.startswith(maps))] == []


@each_page
def test_every_choice_of_hydras_own_groups(page):
    chosen = re.findall(r"(hydra/(?:sweeper|launcher|callbacks))(?:=|: )([a-z_]+)", "\n".join(page.code))
    assert [choice for choice in chosen if choice[1] not in GROUPS[choice[0]]] == []


@each_page
def test_every_target_of_make(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    typed = [words for line in page.code if (words := re.match(r"(?:\$ |- run: )?make ([a-z ]+)", line))]
    assert [name for words in typed for name in words[1].split() if name not in targets] == []


@each_page
def test_every_extra(page):
    named = re.findall(r"(?:\.|oneaxis|CLONE'?)\[([a-z-]+)\]", "\n".join(page.code))
    assert set(named) <= set(PROJECT["project"]["optional-dependencies"])


@each_page
def test_every_file_of_the_repository(page):
    named = {text for text in page.code if re.fullmatch(r"(src|tests|bench|docs)/[\w./-]+", text)}
    assert sorted(text for text in named if not (ROOT / text).exists() and "_build" not in text) == []


@each_page
def test_every_error_class(page):
    known = {
        node.name for node in ast.parse((ROOT / "src/oneaxis/errors.py").read_text()).body if hasattr(node, "name")
    }
    assert set(re.findall(r"oneaxis\.errors\.([A-Za-z]+)", "\n".join(page.code))) <= known


@each_page
def test_every_override_is_hydras_grammar(page):
    parser = OverridesParser.create()
    for line in page.code:
        found = re.match(r"(?:\$ |- run: )?python \w+\.py (.*)", line)
        if found and "…" not in line:
            words = shlex.split(found[1], comments=True)
            parser.parse_overrides([word for word in words if "=" in word and not word.startswith("--")])


@each_page
def test_every_block_of_yaml_and_python_can_be_read(page):
    for language, text in page.blocks:
        if language == "yaml":
            yaml.safe_load(text)
        elif language == "python" and "…" not in text:
            ast.parse(text)
