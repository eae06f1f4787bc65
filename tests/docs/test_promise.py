"""What docs/reference/promise.md promises of files."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from tests.docs.pages import DOCS, ROOT

from oneaxis.canonical import digest
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.codec import SCHEMA
from oneaxis.vocabulary import split_key

PAGE = (DOCS / "reference" / "promise.md").read_text()
OLD = ROOT / "tests" / "trial" / ".golden" / f"schema{SCHEMA}" / "study"


def test_the_number_of_the_format_is_this():
    assert f"carries `schema`, now {SCHEMA}." in PAGE


def test_every_json_file_carries_it():
    files = [path for path in OLD.rglob("*.json") if not path.name.startswith(".")]
    assert len(files) > 8
    assert [path.name for path in files if json.loads(path.read_text()).get("schema") != SCHEMA] == []


def test_digests_of_old_files_are_those_of_today():
    plan = StudyFolder(OLD).read_study().plan
    today = digest(plan.reference.config, without=split_key(plan.seed_key))
    assert {trial.digest for trial in plan.trials if trial.deviation is None} == {today}


def test_the_schema_of_a_comparison_is_installed_where_the_page_says():
    assert "`oneaxis/report/comparison.schema.json`" in PAGE
    assert (Path(find_spec("oneaxis").submodule_search_locations[0]) / "report" / "comparison.schema.json").exists()
