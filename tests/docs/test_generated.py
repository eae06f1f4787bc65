"""Pages that are made from the code, or list what is in it, are current and whole."""

from __future__ import annotations

import ast
import dataclasses
import re

import pytest
import yaml
from tests.docs.pages import DOCS, PAGES, ROOT, Page, script

from oneaxis.vocabulary import Record

generate = script("generate")
raised = script("raised")
REFERENCE = DOCS / "reference"
SOURCE = ROOT / "src" / "oneaxis"
SITES = raised.sites()
# Constants that look like a file of a study, and are none.
ELSEWHERE = {
    "started.json": "a command's own folder",
    "reference.json": "as above",
    "refused.json": "as above",
    "top_level.txt": "of installed packages",
    "direct_url.json": "as above",
}


@pytest.mark.parametrize("name", generate.PAGES)
def test_the_page_is_current(name):
    made = generate.NOTE + generate.PAGES[name]().rstrip("\n") + "\n"
    assert (REFERENCE / name).read_text() == made, "run: python docs/generate.py"


def test_each_setting_has_its_entry():
    assert set(yaml.safe_load((REFERENCE / "settings.yaml").read_text())) == set(generate.defaults())


def catalogue() -> list[str]:
    topics = yaml.safe_load((REFERENCE / "errors.yaml").read_text())
    return [words for topic in topics for entry in topic["errors"] for words in entry["words"]]


def test_each_error_of_the_code_is_in_the_catalogue():
    known = set(catalogue())
    lacking = [f"{site.place}: {site.kind}: {site.words}" for site in SITES if site.words not in known]
    assert lacking == [], "add them to docs/reference/errors.yaml, then run: python docs/generate.py"


def test_the_catalogue_has_no_error_that_the_code_lacks():
    assert sorted(set(catalogue()) - {site.words for site in SITES}) == []


def test_no_error_is_listed_twice_in_a_topic():
    for topic in yaml.safe_load((REFERENCE / "errors.yaml").read_text()):
        listed = [words for entry in topic["errors"] for words in entry["words"]]
        assert len(listed) == len(set(listed)), topic["topic"]


def test_each_error_has_its_cause_and_what_to_do():
    entries = [entry for topic in yaml.safe_load((REFERENCE / "errors.yaml").read_text()) for entry in topic["errors"]]
    assert [entry for entry in entries if not (entry["words"] and entry["cause"] and entry["fix"])] == []
    assert [entry for entry in entries if not ("shows" in entry or any(" " in words for words in entry["words"]))] == []


def test_each_command_and_each_option_has_its_help():
    for name, parser in generate.commands().items():
        assert parser.description, name
        assert [action.dest for action in parser._actions if not action.help] == [], name


def test_errors_of_every_form_are_found(tmp_path):
    (tmp_path / "room.py").write_text(
        "def f(x):\n"
        "    raise BadOverride('plain words')\n"
        "    raise errors.BadOverride(f'{x} is wrong; ' f'give {y!r}') from x\n"
        "    raise BadOverride(told(x))\n"
        "    raise lower('a call')\n"
        "    job.value = Failure('Kind', f'{x}')\n"
        "    raise SystemExit(1)\n"
        "    raise\n"
    )
    found = [(site.kind, site.words) for site in raised.sites(tmp_path)]
    assert found == [
        ("BadOverride", "plain words"), ("BadOverride", "… is wrong; give …"), ("BadOverride", "room:told"),
        ("lower", "a call"), ("Kind", "room:Kind"),
    ]  # fmt: skip


def constants(*rooms: str) -> set[str]:
    """Texts that stand in modules."""
    paths = [path for room in rooms for path in (SOURCE / room).rglob("*.py") if "templates" not in path.parts]
    trees = (ast.parse(path.read_text()) for path in paths)
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_each_tag_in_mlflow_is_listed_and_no_other():
    tags, _, _ = (REFERENCE / "mlflow.md").read_text().partition("## Parameters and metrics")
    listed = set(re.findall(r"^\| `(oneaxis\.\w+)` \|", tags, re.MULTILINE))
    assert listed == {text for text in constants("tracking") if re.fullmatch(r"oneaxis\.[a-z_]+", text)}


def test_each_file_of_a_study_is_listed():
    page = (REFERENCE / "files.md").read_text()
    names = {
        text
        for text in constants(".")
        if re.fullmatch(r"[a-z_]+\.(json|jsonl|npz|html|txt|patch|log|md|tex|csv|request|db)", text)
    }
    assert {name for name in names - ELSEWHERE.keys() if f"{name}`" not in page} == set()


def test_each_field_of_a_record_is_listed():
    page = (REFERENCE / "files.md").read_text().partition("## `record.json`")[2]
    listed = {name for row in re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert listed == {"schema", *(field.name for field in dataclasses.fields(Record))}


def quoted() -> list[tuple[str, str]]:
    """Messages of oneaxis that pages show, as one line each."""
    found = []
    for page in PAGES:
        for _, text in page.blocks:
            for message in re.findall(r"^oneaxis: (.*?)(?=\n\n|\Z|\n(?! |\())", text, re.DOTALL | re.MULTILINE):
                found.append((str(page), " ".join(message.split())))
    return found


def test_messages_that_pages_show_are_the_codes():
    plain = [site.words for site in SITES if " " in site.words]
    plain += ["your `…` also changes …: two changes at once can't be told apart. …"]
    patterns = [raised.pattern(words) for words in plain]
    said = [item for item in quoted() if any(pattern.fullmatch(item[1]) for pattern in patterns)]
    assert len(said) > 4
    assert [item for item in quoted() if item not in said] == []


def test_the_catalogue_is_read():
    assert len(Page(REFERENCE / "errors.md").anchors) > 10
