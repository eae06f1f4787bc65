"""The parser with a memory reads what Hydra's own parser reads."""

from __future__ import annotations

import pickle

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import hostile_text, steady

from oneaxis.composing.parsing import RememberingParser, at_a_glance
from oneaxis.composing.text import quote

PLAIN = [
    "hydra.sweeper.job.trial=12", "hydra.sweeper.job.trial=0", "hydra.sweeper.job.value='a b, \"c\" [1] é'",
    "hydra.sweeper.job.value=''", "hydra.sweep.subdir='model=x,seed=1'", "hydra.sweeper.job.value=' x '",
]  # fmt: skip
OTHERS = [
    "lr=1", "hydra.sweeper.job.trial=-1", "hydra.sweeper.job.trial=01", "hydra.sweeper.job.value='it\\'s'",
    "hydra.sweeper.job.value='${lr}'", "hydra.sweeper..a=1", "hydra.sweeper=1", "hydra.sweep.dir=/tmp",
    "hydra.sweeper.job.trial=1,2", "+hydra.sweeper.job.trial=1", "hydra.sweeper.job.value='a','b'",
]  # fmt: skip


def hydras(text):
    return OverridesParser.create().parse_overrides([text])


@pytest.mark.parametrize("text", PLAIN)
def test_our_own_texts_are_read_at_a_glance_and_right(text):
    assert [at_a_glance(text)] == hydras(text)


@pytest.mark.parametrize("text", OTHERS)
def test_all_others_are_left_to_hydra(text):
    assert at_a_glance(text) is None


@steady
@given(hostile_text | st.integers(), st.sampled_from(["hydra.sweeper.job.value", "hydra.sweep.subdir"]))
def test_whatever_a_value_is_the_result_is_hydras(value, key):
    text = f"{key}={value if isinstance(value, int) else quote(value)}"
    try:
        expected = hydras(text)
    except HydraException as error:
        with pytest.raises(type(error)):
            RememberingParser().parse([text])
    else:
        assert RememberingParser().parse([text]) == expected


def test_what_is_remembered_can_not_be_changed_from_outside():
    parser = RememberingParser()
    [first] = parser.parse(["layers=[1,2]"])
    first._value.append(3)
    first.key_or_group = "other"
    assert parser.parse(["layers=[1,2]"]) == hydras("layers=[1,2]")


def test_what_is_remembered_travels_to_other_processes_without_secrets():
    parser = RememberingParser()
    texts = ["lr=1", "db.password=secret", "hydra.sweeper.tracking=http://ada:secret@host"]
    parsed = parser.parse(texts)
    travelled = pickle.dumps(parser)
    assert b"lr=1" in travelled
    assert b"secret" not in travelled
    assert pickle.loads(travelled).parse(texts) == parsed
