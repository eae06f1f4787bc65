"""`oneaxis data`: look at the data of the composed reference, and leave a page, its figures and an MLflow run."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from oneaxis.analysis.data_findings import Finding, findings
from oneaxis.errors import AppUnusable, OneAxisError, StoreUnreachable
from oneaxis.inspect.data import Data
from oneaxis.inspect.facts import count
from oneaxis.inspect.neighbours import nearest
from oneaxis.loop.app import App, Planned, plan_app, project_settings
from oneaxis.report.data_figures import draw
from oneaxis.report.data_page import page
from oneaxis.tracking.store import choose_store, reach
from oneaxis.tracking.trouble import in_our_words, told
from oneaxis.trial.codec import SCHEMA, write_json
from oneaxis.trial.guard import now

PAGE_FILE = "data.html"
FACTS_FILE = "data.json"
ADVICE = (
    "give a function that takes the configuration and returns oneaxis.Data: --data package.module:function, "
    'or for good in pyproject.toml: [tool.oneaxis] data = "package.module:function"'
)


@dataclass(frozen=True)
class Looked:
    """Where the page lies and what it found; `untracked` is why there is no MLflow run, if one was wanted.

    `caution` is what to know of the app whose data they are.
    """

    folder: Path
    findings: tuple[Finding, ...]
    untracked: str | None = None
    caution: str = ""


def look_at_data(
    app: App, overrides: Sequence[str], *, function: str | None, output: Path | None, told: Callable[[str], None]
) -> Looked:
    """Load the data that the app's reference would use, and report on it. `told` is called as work goes on.

    Raises
    ------
    AppUnusable
        If the app can't be planned, or the function isn't named, isn't there or fails.
    """
    named = function or project_settings(app.cwd)[0].get("data")
    if named is None:
        raise AppUnusable(f"no function is known that gives the data; {ADVICE}")
    told("composing the reference")
    planned = plan_app(app, [*overrides, "hydra.sweeper.axes=null", "hydra.sweeper.seeds=1"])
    told("loading the data")
    data = _load(str(named), app, planned)
    told("looking for neighbours")
    near = nearest(data)
    told("counting")
    facts = count(data, near)
    found = findings(facts)
    folder = _folder(app, planned, output)
    told("drawing")
    figures = list(draw(data, facts, near))
    moment = now()
    shifted = f" with {' '.join(overrides)}" if overrides else ""
    about = f"{planned.name}{shifted}, {moment[:16].replace('T', ' ')} UTC; given by {named}"
    for name, _, png in figures:
        (folder / f"{name}.png").write_bytes(png)
    (folder / PAGE_FILE).write_text(page(data, facts, found, figures, about=about), encoding="utf-8")
    content = {
        "schema": SCHEMA,
        "created": moment,
        "name": data.name,
        "config_name": planned.config_name,
        "overrides": list(overrides),
        "config": planned.config,
        "findings": [dataclasses.asdict(finding) for finding in found],
        "facts": dataclasses.asdict(facts),
    }
    write_json(content, folder / FACTS_FILE)
    told("writing to MLflow")
    return Looked(folder, found, _track(app, planned, folder, data.name, found), planned.caution)


def _load(named: str, app: App, planned: Planned) -> Data:
    module, _, name = named.partition(":")
    if not name:
        raise AppUnusable(f"{named!r} names no function; {ADVICE}")
    with _as_the_app(app):
        try:
            function = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise AppUnusable(f"{named} can't be found ({error}); {ADVICE}") from error
        try:
            given = function(OmegaConf.create(dict(planned.config)))
        except OneAxisError:
            raise
        except Exception as error:
            raise AppUnusable(f"{named} failed: {type(error).__name__}: {error}") from error
    if not isinstance(given, Data):
        raise AppUnusable(f"{named} returned {type(given).__name__}, and oneaxis.Data is needed")
    return given


@contextmanager
def _as_the_app(app: App) -> Iterator[None]:
    """Import and open files as the app does: its folder first on the path, and the working directory."""
    before = Path.cwd()
    script = app.command[0]
    places = [str(app.cwd)] if script.startswith("-") else [str((app.cwd / script).parent)]
    sys.path[:0] = places
    os.chdir(app.cwd)
    try:
        yield
    finally:
        os.chdir(before)
        for place in places:
            sys.path.remove(place)


def _folder(app: App, planned: Planned, output: Path | None) -> Path:
    """Beside the app's studies, unless it is said."""
    moment = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    folder = output or (app.cwd / planned.study_folder).parent / f"data_{moment}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AppUnusable(f"{folder} can't be made ({error.strerror}); choose another: --output FOLDER") from error
    return folder


def _track(app: App, planned: Planned, folder: Path, name: str, found: Sequence[Finding]) -> str | None:
    sweeper = planned.master.hydra.sweeper
    tracking = choose_store(sweeper.tracking, sweeper.experiment, str(planned.master.hydra.job.name), app.cwd)
    if not tracking.live or tracking.uri is None:
        return None
    try:
        reach(tracking.uri)
    except StoreUnreachable as error:
        return str(error)
    from oneaxis.tracking.data_run import write_data_run  # noqa: PLC0415 - mlflow takes seconds to import

    counts: Mapping[str, float] = {
        f"data.{weight}s": float(sum(finding.weight == weight for finding in found)) for weight in ("problem", "notice")
    }
    note = "\n".join(f"- {finding.weight}: {finding.text}" for finding in found) or "No finding."
    config: Mapping[str, Any] = planned.config
    try:
        with in_our_words():
            write_data_run(
                tracking.uri, tracking.experiment, folder, name=f"data: {name}", note=note, counts=counts, config=config
            )
    except Exception as error:  # noqa: BLE001 - MLflow's trouble takes nothing from what is on disk
        return told(error)
    return None
