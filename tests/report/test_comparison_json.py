"""`comparison.json` keeps to the schema that is shipped with it."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest
from tests.report import examples

from oneaxis.report.comparison_json import to_json
from oneaxis.trial.codec import jsonable

SCHEMA = json.loads((files("oneaxis.report") / "comparison.schema.json").read_text(encoding="utf-8"))


def written(found):
    contents = examples.contents(found)
    return json.loads(json.dumps(jsonable(to_json(contents.comparison, contents.study))))


@pytest.mark.parametrize("name", ["all_verdicts", "one_seed", "hostile", "without_reference", "single_row"])
def test_every_comparison_keeps_to_the_schema(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(written(getattr(examples, name)()), SCHEMA)


@pytest.mark.parametrize("field, value", [("schema", 2), ("direction", "up"), ("rows", [{"name": "a"}])])
def test_the_schema_sees_what_is_wrong(field, value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written(examples.one_seed()), field: value}, SCHEMA)
