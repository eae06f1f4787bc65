"""The public surface: docs/reference/api.md says what the code has, names, arguments, defaults and attributes."""

from __future__ import annotations

import inspect
import re
import shutil
from dataclasses import MISSING, fields, is_dataclass
from operator import attrgetter
from pathlib import Path

import pytest

import oneaxis
from oneaxis.loop.opened import OpenStudy, Verdicts

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
SECTIONS = {
    name: (heading, text)
    for heading, name, text in re.findall(
        r"^### `oneaxis\.((\w+).*?)`\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE
    )
}
ROW = re.compile(r"^\| `(\w+)` \| `(.+?)` \|", re.MULTILINE)  # of a table: argument, default
CALLED = sorted(set(SECTIONS) - {"__version__"})
STUDY = Path(__file__).parent / "trial" / ".golden" / "schema1" / "study"
ATTRIBUTES = re.findall(r"`\.([a-z_.]+)(\(\))?`", SECTIONS["open_study"][1])


def documented(name):
    """The signature in a section's heading; `…` stands for the arguments of the table below."""
    heading, text = SECTIONS[name]
    table = [
        f"{argument}={default}" for argument, default in re.findall(r"^\| `(\w+)` \| `(.+?)` \|", text, re.MULTILINE)
    ]
    given = re.findall(r"\w+(?==)", heading)
    more = [each for each in table if each.partition("=")[0] not in given]
    made = {}
    exec(f"def {heading.replace('…', ', '.join(more))}: ...", made)
    return str(inspect.signature(made[name]))


def real(called):
    signature = inspect.signature(called)
    factories = {}
    if is_dataclass(called):
        factories = {
            field.name: field.default_factory() for field in fields(called) if field.default_factory is not MISSING
        }
    bare = [
        each.replace(annotation=inspect.Parameter.empty, default=factories.get(name, each.default))
        for name, each in signature.parameters.items()
    ]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def test_the_names_are_these():
    assert sorted(SECTIONS) == sorted(oneaxis.__all__)
    assert set(oneaxis.__all__) <= set(dir(oneaxis))
    assert oneaxis.__version__


@pytest.mark.parametrize("name", CALLED)
def test_arguments_their_kinds_and_defaults_are_these(name):
    assert documented(name) == real(getattr(oneaxis, name))


def test_each_row_of_a_table_tells_the_default_also_of_arguments_in_the_heading():
    for name in CALLED:
        rows = ROW.findall(SECTIONS[name][1])
        defaults = inspect.signature(getattr(oneaxis, name)).parameters
        assert {key: eval(text) for key, text in rows} == {key: defaults[key].default for key, _ in rows}


def test_an_open_study_has_these_attributes_and_no_other():
    opened = oneaxis.open_study(STUDY)
    for name, called in ATTRIBUTES:
        assert callable(attrgetter(name)(opened)) is bool(called), name
    names = [name for name, _ in ATTRIBUTES]
    assert {name for name in names if "." not in name} == public(OpenStudy)
    assert {f"comparison.{name}" for name in public(Verdicts)} == {
        name for name in names if name.startswith("comparison.")
    }


def public(kind):
    return {each.name for each in fields(kind)} | {name for name in dir(kind) if not name.startswith("_")}


def test_the_example_of_an_open_study_runs_and_its_columns_are_these(tmp_path, monkeypatch):
    shutil.copytree(STUDY, tmp_path / "study")
    monkeypatch.chdir(tmp_path)
    [example] = re.findall(r"```python\n(.*?)```", SECTIONS["open_study"][1], re.DOTALL)
    made = {"oneaxis": oneaxis}
    exec(example, made)
    [columns] = re.findall(r"# (trial, .*)", example)
    assert list(made["frame"]) == [*columns.removesuffix(", metrics").split(", "), "val_score"]


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(oneaxis, "comparison_of_everything")
