"""What a study's end says of MLflow: what to open, or what lacks there and how it gets there."""

from __future__ import annotations

import os
import shlex
import textwrap
from pathlib import Path
from urllib.parse import quote as percent

from oneaxis.analysis.result import Comparison
from oneaxis.loop.command_line import passwords_belong
from oneaxis.masking import masked_addresses, without_user
from oneaxis.report.terminal import PLAIN_WIDTH
from oneaxis.tracking.handle import Mirrored
from oneaxis.tracking.names import NAMES
from oneaxis.tracking.store import sqlite_path

LOCAL_UI = "http://127.0.0.1:5000"
INDENT = "        "


def mlflow_lines(uri: str | None, mirrored: Mirrored, comparison: Comparison, *, folder: str) -> list[str]:
    """Lines that can be copied as they are, or say what must be set before."""
    if mirrored.error is not None:
        lack = len(mirrored.lacking)
        lacking = f"{lack} trials lack there; " if lack > 1 else "1 trial lacks there; " if lack else ""
        command = f"oneaxis sync {shlex.quote(folder)}"
        told = [f"MLflow: {lacking}{mirrored.error}", f"{INDENT}all is on disk; to write the rest: {command}"]
        return [*told, *_remark(uri)]
    lines = [f"MLflow: {_ui_command(uri)}"]
    if not _server(uri):
        lines += _remark(uri)
    lines.append(f"{INDENT}{_ui_link(uri, mirrored, comparison)}")
    if mirrored.view is not None:
        lines.append(f"{INDENT}or its saved view: {_view_link(uri, mirrored)}")
    if mirrored.remark:
        lines.append(f"{INDENT}{mirrored.remark}")
    return lines


def _server(uri: str | None) -> str | None:
    """The address of a store's own pages, as a browser takes it; it asks for user and password itself."""
    return without_user(uri).rstrip("/") if uri and uri.startswith("http") else None


def _remark(uri: str | None) -> list[str]:
    """What a line on a store needs whose address has a password; nothing where the environment has that address."""
    if uri is None or masked_addresses(uri) == uri or os.environ.get("MLFLOW_TRACKING_URI") == uri:
        return []
    lines = textwrap.wrap(passwords_belong(uri), PLAIN_WIDTH, break_long_words=False, break_on_hyphens=False)
    return [INDENT + line for line in lines]


def _ui_command(uri: str | None) -> str:
    path = sqlite_path(uri or "")
    if path is not None and path == Path.cwd() / "mlflow.db":
        return "mlflow ui, then open"
    if _server(uri):
        return "open"
    if uri is not None and masked_addresses(uri) != uri:
        return 'mlflow ui --backend-store-uri "$MLFLOW_TRACKING_URI", then open'
    return f"mlflow ui --backend-store-uri {shlex.quote(uri or '')}, then open"


def _ui_link(uri: str | None, mirrored: Mirrored, comparison: Comparison) -> str:
    """A flat list of the study's trials, sorted by the metric: without a sorted column the page folds them away."""
    search = percent(f"tags.`mlflow.parentRunId` = '{mirrored.parent}'")
    ascending = "true" if comparison.direction == "minimize" else "false"
    order = percent(f"metrics.`{NAMES.task(comparison.metric)}`") if comparison.metric else "attributes.start_time"
    page = f"{_server(uri) or LOCAL_UI}/#/experiments/{mirrored.experiment}/runs"
    return f"{page}?searchFilter={search}&orderByKey={order}&orderByAsc={ascending}"


def _view_link(uri: str | None, mirrored: Mirrored) -> str:
    page = f"{_server(uri) or LOCAL_UI}/#/experiments/{mirrored.experiment}/runs"
    return f"{page}?viewStateShareKey={mirrored.view}"
