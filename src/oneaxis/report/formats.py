"""The formats that a comparison can be had in; each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

# Of a table, but for JSON, which is of the whole comparison.
_PLACES = {
    "markdown": "oneaxis.report.markup:markdown",
    "latex": "oneaxis.report.latex:latex",
    "csv": "oneaxis.report.csv_table:csv_text",
    "json": "oneaxis.report.comparison_json:to_json",
}
FORMATS = ("table", *_PLACES)


def renderer(name: str) -> Callable[..., Any]:
    """The function that writes a format: `(table) -> str`; for `json` `(comparison, study) -> dict`."""
    module, _, function = _PLACES[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
