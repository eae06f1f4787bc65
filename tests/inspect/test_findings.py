"""What is planted in data is found and said; clean data raises no finding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oneaxis
from oneaxis.analysis.data_findings import findings
from oneaxis.inspect.facts import count
from oneaxis.inspect.neighbours import nearest
from oneaxis.inspect.rows import found_in, originals, row_keys
from oneaxis.inspect.shift import ks, total_variation

ROWS = {"train": 400, "validation": 150, "test": 150}


def clean(seed=0, columns=6):
    generator = np.random.default_rng(seed)
    return {
        name: (generator.normal(size=(rows, columns)), generator.permutation(np.arange(rows) % 3))
        for name, rows in ROWS.items()
    }


def said(parts, **options):
    data = oneaxis.Data(**parts, **options)
    return [f"{finding.weight}: {finding.text}" for finding in findings(count(data, nearest(data)))]


@pytest.mark.parametrize("seed", range(5))
def test_clean_data_raise_no_finding(seed):
    assert said(clean(seed)) == []


def test_a_number_to_predict_is_no_class_in_any_part():
    parts = clean()
    generator = np.random.default_rng(1)
    # Whole numbers, as floats: a small part alone would pass for one with classes.
    parts = {name: (x, generator.integers(0, 300, len(x)).astype(float)) for name, (x, _) in parts.items()}
    parts["test"] = tuple(array[:20] for array in parts["test"])

    assert said(parts) == []
    assert count(oneaxis.Data(**parts), []).parts[2].classes == {}


def test_rows_shared_between_parts_are_counted_and_named():
    parts = clean()
    parts["test"][0][:12] = parts["train"][0][30:42]
    parts["test"][1][:12] = parts["train"][1][30:42]
    assert said(parts)[0] == ("problem: 12 rows of test are also in train (8 % of test): 0, 1, 2, 3, 4, …")


def test_a_shared_row_with_another_label_is_said():
    parts = clean()
    parts["validation"][0][7] = parts["train"][0][3]
    parts["validation"][1][7] = (parts["train"][1][3] + 1) % 3
    assert said(parts)[0] == (
        "problem: 1 row of validation is also in train (0.67 % of validation, 1 of them with another label): 7"
    )


def plant(part, row, column, value):
    def planted(parts):
        parts[part][0][row, column] = value

    return planted


def plant_everywhere(parts):
    for part in parts:
        plant(part, slice(None), 4, 2.5)(parts)


def repeat(parts):
    parts["train"][0][10:13] = parts["train"][0][0:3]
    parts["train"][1][10:13] = parts["train"][1][0:3]


def near(parts):
    parts["test"][0][5] = parts["train"][0][9] + 1e-3


def shift(parts):
    parts["test"][0][:, 2] += 1


def unseen(parts):
    parts["test"][1][0] = 9


def uneven(parts):
    for x, y in parts.values():
        y[:] = 0
        y[: len(y) // 30] = 1
        del x


@pytest.mark.parametrize(
    "planted, sentence",
    [
        (plant("train", slice(None, 4), 1, np.nan), "notice: 4 missing values in train: column 1"),
        (plant("test", 0, 1, np.inf), "problem: 1 missing value in test: column 1 (none in train)"),
        (
            lambda parts: [plant(part, slice(None), 4, 2.5)(parts) for part in parts],
            "notice: 1 feature has one value only: column 4",
        ),
        (
            plant("train", slice(None), 0, 0.0),
            "problem: 1 feature has one value only in train, and more",
        ),
        (repeat, "notice: 3 rows of train repeat an earlier row of it (0.75 %)"),
        (near, "problem: 1 row of test nearly equals a row of train"),
        (shift, "notice: 1 of 6 features differs between train and test: column 2 (0."),
        (unseen, "problem: 1 class of test is not in train: 9"),
        (uneven, "notice: classes are uneven: the largest has 30 times the smallest's rows in train"),
    ],
)
def test_what_is_planted_is_said(planted, sentence):
    parts = clean()
    planted(parts)
    assert any(text.startswith(sentence) for text in said(parts)), said(parts)


def test_speakers_in_two_parts_are_a_problem_only_where_they_are_groups():
    x = clean()
    speakers = {name: [f"s{number % 7}" for number in range(rows)] for name, rows in ROWS.items()}
    parts = {name: oneaxis.Part(*x[name], metadata={"speaker": speakers[name]}) for name in ROWS}
    assert said(parts) == []
    assert said(parts, groups="speaker")[0].startswith("problem: 7 of 7 values of `speaker` in validation are also")


def test_metadata_that_differ_are_said():
    x = clean()
    seconds = {"train": 1.0, "validation": 1.0, "test": 3.0}
    generator = np.random.default_rng(3)
    parts = {
        name: oneaxis.Part(*x[name], metadata={"seconds": generator.normal(seconds[name], 1, rows)})
        for name, rows in ROWS.items()
    }
    assert [text[:55] for text in said(parts)] == ["notice: metadata differs between train and test: seconds"[:55]]


def test_tables_with_text_are_compared_as_well():
    pandas = pytest.importorskip("pandas")
    generator = np.random.default_rng(0)
    frame = pandas.DataFrame({"a": generator.normal(size=60), "colour": generator.choice(["red", "blue", None], 60)})
    train, test = frame[:40].reset_index(drop=True), frame[40:].reset_index(drop=True)
    test.loc[0] = train.loc[5]
    told = said({"train": (train,), "test": (test,)})
    assert told[0].startswith("problem: 1 row of test is also in train")
    assert any("missing values in train: colour" in text for text in told)


def test_parts_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"part `train` .* x 3, y 2"):
        oneaxis.Data(train=(np.zeros((3, 2)), [0, 1]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, -0.0, 1.5, float("nan")]), min_size=2, max_size=2), max_size=12))
def test_row_keys_are_equal_just_where_rows_are(rows):
    from oneaxis.inspect.data import Columns

    keys = row_keys(Columns(("a", "b"), np.array(rows).reshape(-1, 2), {}))
    plain = ["|".join("nan" if np.isnan(value) else repr(value + 0.0) for value in row) for row in rows]
    assert originals(keys) == [plain.index(text) for text in plain]
    assert found_in(keys, keys) == originals(keys)


@settings(max_examples=30, deadline=None)
@given(st.integers(8, 60), st.integers(8, 60), st.integers(0, 10**6))
def test_ks_is_scipys(one, other, seed):
    from scipy.stats import ks_2samp

    generator = np.random.default_rng(seed)
    first, second = generator.normal(size=one).round(1), generator.normal(0.3, 1, size=other).round(1)
    assert ks(first, second)[0] == pytest.approx(ks_2samp(first, second).statistic)


def test_total_variation_by_hand():
    distance, p = total_variation(np.array(["a"] * 30 + ["b"] * 10), np.array(["a"] * 10 + ["b"] * 30))
    assert distance == pytest.approx(0.5)
    assert p == pytest.approx(7.744e-6, rel=1e-3)  # chi-squared of 20 with 1 degree of freedom
