"""`study.json`: plan → file → plan."""

from __future__ import annotations

import copy
import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from tests.planning.asked import asked, axis
from tests.planning.test_plan import WORLD, command_lines
from tests.strategies import few
from tests.study.examples import as_read, everything, study

from oneaxis.errors import BadRecord, FolderUnusable
from oneaxis.planning.plan import make_plan
from oneaxis.study import manifest
from oneaxis.study.folder import STUDY_FILE, StudyFolder
from oneaxis.trial.codec import jsonable
from oneaxis.vocabulary import ABSENT

with_folder = settings(few, suppress_health_check=[HealthCheck.function_scoped_fixture])


def round_trip(folder, written):
    StudyFolder(folder).write_study(written)
    return StudyFolder(folder).read_study()


def test_a_study_with_everything_in_it_is_read_back_as_it_was(tmp_path):
    written = everything()
    read = round_trip(tmp_path, written)

    assert read == as_read(written)
    difference = read.plan.deviations[0].difference
    assert (difference.carried, difference.holds) != ((), ())
    assert read.plan.dropped
    assert read.plan.remarks
    assert read.plan.shifted
    assert [control.name for control in read.plan.controls] == ["repeat", "bite lr=900", "placebo text=y"]


def test_a_study_without_a_reference_is_read_back_as_it_was(tmp_path):
    written = study(reference=False, seeds=2)

    assert written.plan.reference is None
    assert round_trip(tmp_path, written) == written


@with_folder
@given(command_lines())
def test_any_plan_is_read_back_as_it_was(tmp_path, case):

    line, file, seeds = case
    plan = make_plan(asked(*line, file=file, seeds=seeds), WORLD)
    written = study()
    object.__setattr__(written, "plan", plan)

    assert finite(round_trip(tmp_path, written)) == finite(as_read(written))


def finite(found):
    """As text, with NaN as the text that JSON makes of it."""
    return repr(found).replace("'nan'", "nan")


def test_what_is_absent_stays_apart_from_null(tmp_path):
    read = round_trip(tmp_path, study(axis("text", "null"), axis("added", "1", prefix="+")))
    gone, added = (deviation.difference.own[0] for deviation in read.plan.deviations)

    assert gone.after is None
    assert added.before is ABSENT


def test_numbers_that_json_lacks_become_text(tmp_path):
    read = round_trip(tmp_path, study(axis("lr", "nan", "inf")))

    assert [deviation.difference.own[0].after for deviation in read.plan.deviations] == ["nan", "inf"]
    assert math.isfinite(read.plan.deviations[0].difference.own[0].before)


def test_the_file_is_plain_json_with_a_schema(tmp_path):
    StudyFolder(tmp_path).write_study(everything())
    content = json.loads((tmp_path / STUDY_FILE).read_text())

    assert content["schema"] == 1
    assert content["plan"]["trials"][0]["folder"] == "reference,seed=3"


def fields(node, path=()):
    """The path of every field of the file; what a configuration holds is its own affair."""
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if isinstance(key, str):
            yield (*path, key)
        if key not in ("reference", "before", "after"):
            yield from fields(child, (*path, key))


def without(node, path):
    """The same content without one field."""
    left = copy.deepcopy(node)
    holder = left
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return left


CONTENT = jsonable(manifest.to_json(everything()))
HAVE_DEFAULTS = {
    ("schema",),
    *(
        ("policy", name)
        for name in ("metric", "direction", "replicates", "margin", "confidence", "guardrails", "gates")
    ),
    ("plan", "looks"),
    ("plan", "max_trials"),
    ("plan", "controls"),
    *(("plan", "trials", index, "control") for index in range(len(CONTENT["plan"]["trials"]))),
}


@pytest.mark.parametrize("path", [path for path in fields(CONTENT) if path not in HAVE_DEFAULTS], ids=str)
def test_a_file_that_lacks_a_field_is_named_and_not_guessed_at(path):
    with pytest.raises(BadRecord, match="lacks or misnames a field"):
        manifest.from_json(without(CONTENT, path))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 1', '{"schema": 1}', '{"schema": 1, "plan": {}}'])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / STUDY_FILE).write_text(content)
    with pytest.raises(BadRecord, match=r"study\.json"):
        StudyFolder(tmp_path).read_study()


def test_a_file_of_a_later_version_asks_for_a_later_oneaxis(tmp_path):
    (tmp_path / STUDY_FILE).write_text('{"schema": 2}')
    with pytest.raises(BadRecord, match="schema 2, and this version reads schema 1; update oneaxis"):
        StudyFolder(tmp_path).read_study()


def test_a_folder_without_a_study_says_so(tmp_path):
    with pytest.raises(FolderUnusable, match="holds no study"):
        StudyFolder(tmp_path).read_study()
