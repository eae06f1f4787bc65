"""The public surface: its names and parameters, as docs/reference/api.md lists them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import oneaxis

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "api.md"
PARAMETERS = {
    "Data": "train validation test name features classes shape groups",
    "Part": "x y ids metadata",
    "compare": "results experiment tracking_uri reference seed metric direction margin confidence replicates",
    "fingerprint_data": "parts",
    "log": "step metrics",
    "open_study": "path",
    "phase": "name",
    "predictions": "ids truth predicted",
    "sizes": "parts",
}


def test_the_names_are_these():
    assert set(oneaxis.__all__) == {"__version__", *PARAMETERS}
    assert set(oneaxis.__all__) <= set(dir(oneaxis))


def test_the_parameters_are_these():
    found = {name: " ".join(inspect.signature(getattr(oneaxis, name)).parameters) for name in PARAMETERS}
    assert found == PARAMETERS


def test_the_page_lists_each_and_no_other():
    listed = re.findall(r"^### `oneaxis\.(\w+)", PAGE.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(oneaxis.__all__)


def test_each_parameter_of_compare_is_on_the_page():
    page = PAGE.read_text()
    assert [name for name in PARAMETERS["compare"].split() if f"`{name}`" not in page] == []


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(oneaxis, "comparison_of_everything")
