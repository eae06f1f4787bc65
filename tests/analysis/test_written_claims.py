"""Claims as people write them: what each field takes, and what is said of anything else."""

from __future__ import annotations

import re

import pytest

from oneaxis.analysis.claims import Claim
from oneaxis.analysis.written_claims import read_claims
from oneaxis.errors import BadClaim

COUNT = {"source": "s", "kind": "count", "metric": "m", "value": 1}
MEAN = {**COUNT, "kind": "mean", "tolerance": 0.1}


def read(fields):
    [claim] = read_claims({"one": fields}, "conf/claims/a.yaml")
    return claim


@pytest.mark.parametrize(
    "fields, expected",
    [
        (COUNT, Claim("one", "count", "m", 1.0, "s")),
        ({**MEAN, "seeds": [0, 1, 2]}, Claim("one", "mean", "m", 1.0, "s", tolerance=0.1, seeds=(0, 1, 2))),
        ({**MEAN, "seeds": 5}, Claim("one", "mean", "m", 1.0, "s", tolerance=0.1, seeds=5)),
        ({**COUNT, "value": "0.5", "of": 2.0}, Claim("one", "count", "m", 0.5, "s", of=2)),
        ({**COUNT, "confusion": [[1, 0], [0, 1]]}, Claim("one", "count", "m", 1.0, "s", confusion=((1, 0), (0, 1)))),
        ({**COUNT, "overrides": ["a=1", "b=2"]}, Claim("one", "count", "m", 1.0, "s", overrides=("a=1", "b=2"))),
        (dict.fromkeys(("link", "overrides", "tolerance", "of", "seeds", "confusion")) | COUNT,
         Claim("one", "count", "m", 1.0, "s")),
    ],
)  # fmt: skip
def test_what_is_written_is_read(fields, expected):
    claim = read(fields)
    assert claim == expected
    assert claim.digest == expected.digest


@pytest.mark.parametrize(
    "fields, reason",
    [
        ({"kind": "count", "metric": "m", "value": 1}, "`source` is missing"),
        ({**COUNT, "value": None}, "`value` is missing"),
        ({"source": "s", "kind": "mean", "metric": "m", "value": 1}, "a mean needs `seeds`, how many or which, and a"),
        ({**MEAN, "seeds": None}, "a mean needs `seeds`"),
        ({**COUNT, "valeu": 2}, "`valeu` is unknown"),
        ({**COUNT, "confusion": [[1, 0], [2]]}, "confusion has 2 rows; give each of them as many cells"),
        (None, "write its fields"),
        (5, "write its fields"),
        ([COUNT], "write its fields"),
    ],
)
def test_a_claim_that_lacks_something_is_named(fields, reason):
    with pytest.raises(BadClaim, match=r"conf/claims/a.yaml: claim `one`: ") as refused:
        read(fields)
    assert reason in str(refused.value)


WRONG = {
    "source": [["a", "b"], {"a": 1}, True, " "],
    "link": [["a"], True],
    "overrides": ["a=1", {"a": 1}, [{"a": 1}], [1], 5, [None]],
    "kind": ["about", ["mean"], 1, True],
    "metric": [["m"], {"m": 1}, False, ""],
    "value": ["many", [1], {"a": 1}, True, float("nan"), "inf"],
    "of": ["899", 1.5, 0, -1, [1], True],
    "tolerance": ["1%", -0.1, [0.1], True, float("inf")],
    "seeds": ["0,1,2", 0, -5, 1.5, [], ["a"], [1.5], [[1]], [None], True, {"a": 1}],
    "confusion": [5, "many", [], [1, 2], [[1, "x"]], [[1.5]], [None], {"a": [1]}],
}


@pytest.mark.parametrize("field, value", [(field, value) for field, values in WRONG.items() for value in values])
def test_a_value_of_another_form_is_shown_with_what_to_give(field, value):
    with pytest.raises(BadClaim) as refused:
        read({**COUNT, field: value})
    expected = f"conf/claims/a.yaml: claim `one`: {field} is {value!r}; give "
    assert re.match(re.escape(expected), str(refused.value)), refused.value


@pytest.mark.parametrize("content", [["one"], "one", None])
def test_a_file_of_another_form_is_shown_what_to_write(content):
    with pytest.raises(BadClaim, match=r"^conf/claims/a.yaml: write NAME: "):
        read_claims(content, "conf/claims/a.yaml")
