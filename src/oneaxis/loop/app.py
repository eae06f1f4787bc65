"""The app behind a command: which it is, what it would run, and running it as its user would."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from oneaxis.analysis.claims import Standing
from oneaxis.errors import AppUnusable, FolderUnusable
from oneaxis.loop import looking
from oneaxis.loop.answer import DRY_RUN, MASTER_FILE, REFERENCE_FILE, STARTED_FILE, VARIABLE
from oneaxis.loop.command_line import fixed_key, masked_line, secret_wanted, shown_line, with_values
from oneaxis.loop.home import home
from oneaxis.masking import stands_in
from oneaxis.study.folder import StudyFolder, newest
from oneaxis.trial.codec import read_json
from oneaxis.vocabulary import Study

PROJECT_FILE = "pyproject.toml"
SWEEPER = "hydra/sweeper=oneaxis"
ENOUGH_LINES = 12  # of an app's complaint
_OPEN = re.compile(r"leaves `([^`]+)` open|You must specify '([^']+)'")  # ours of a value, Hydra's of a group


@dataclass(frozen=True)
class App:
    """A Hydra app and the folder where it is started.

    `command` is what follows `python`; `sweeper` what chooses oneaxis where the app's own configuration doesn't;
    `given` are values that it leaves open (`???`; without a config: all), for where the overrides don't set them.
    `hears` is false where it brings its own command line, and nothing that is typed behind it counts.
    """

    command: tuple[str, ...]
    cwd: Path
    config_name: str | None = None
    sweeper: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    hears: bool = True

    def arguments(self, overrides: Sequence[str]) -> tuple[str, ...]:
        """What follows `python` to sweep with these overrides."""
        chosen = () if self.config_name is None else ("--config-name", self.config_name)
        fixed = {fixed_key(text) for text in overrides} if self.given else set()
        given = (text for text in self.given if fixed_key(text) not in fixed)
        return (*self.command, *chosen, "-m", *overrides, *given)

    @property
    def name(self) -> str:
        """The script, or `-m package.train`."""
        return shlex.join(self.command)

    def shown(self, overrides: Sequence[str]) -> str:
        """The same as a line to copy into a shell."""
        return shown_line(["python", *self.arguments([*self.sweeper, *overrides])])


@dataclass(frozen=True)
class Planned:
    """What an app would run. `config` is the reference with interpolations resolved, `master` is Hydra's, whole.

    `app` knows from here on whether its sweeper must be typed. `study_folder` is where the study would lie, relative to
    the app's folder; `claims` are where the reference's claims stand, `unread_claims` why they can't be read. `caution`
    is what its reader must know.
    """

    app: App
    study: Study
    config: Mapping[str, Any]
    master: DictConfig
    study_folder: Path
    claims: tuple[Standing, ...] = ()
    unread_claims: str | None = None
    caution: str = ""

    @property
    def config_name(self) -> str:
        """The primary config; empty where the app has none, and all comes with `+`."""
        return str(self.master.hydra.job.config_name or "")

    @property
    def name(self) -> str:
        """What the reference is called."""
        return (
            self.config_name
            or f"({'; '.join(['no config', *filter(None, [shlex.join(masked_line(self.app.given))])])})"
        )

    @property
    def config_folder(self) -> Path | None:
        return config_folder(self.master)


@dataclass(frozen=True)
class Ran:
    """How a study that a command started has ended; `folder` None if it was refused before its first job."""

    status: int
    folder: StudyFolder | None


def config_folder(master: DictConfig) -> Path | None:
    """Where an app keeps its configuration files, by Hydra's master configuration; None where they aren't files."""
    for source in master.hydra.runtime.config_sources:
        if source.provider == "main":
            return _folder(str(source.schema), str(source.path))
    return None


def project_settings(here: Path) -> tuple[Mapping[str, Any], Path]:
    """`[tool.oneaxis]` of the nearest pyproject.toml, from `here` upwards, and that file's folder.

    Raises
    ------
    AppUnusable
        If the file can't be read.
    """
    for folder in (here, *here.parents):
        path = folder / PROJECT_FILE
        if not path.is_file():
            continue
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise AppUnusable(f"{path} can't be read ({error}); mend it, or name the app: --app train.py") from error
        return content.get("tool", {}).get("oneaxis", {}), folder
    return {}, here


def find_app(given: str | None, here: Path, *, config_name: str | None = None) -> App:
    """The app that a command means: `given`, else pyproject.toml's, else that of the newest study under `here`.

    Raises
    ------
    AppUnusable
        If none is known, or its script isn't there.
    """
    here = here.absolute()
    if given is not None:
        command, values = with_values(_words(given))
        return _checked(App(command, here, config_name, given=values), "--app")
    settings, folder = project_settings(here)
    named = settings.get("app")
    if named is not None:
        return _checked(App(_words(str(named)), folder, config_name), f"[tool.oneaxis] app in {folder / PROJECT_FILE}")
    try:
        last = newest(here)
    except FolderUnusable:
        raise AppUnusable(
            f"no app is known here; name it: --app train.py (or --app '-m package.train'), or for good in "
            f'{PROJECT_FILE}: [tool.oneaxis] app = "train.py"'
        ) from None
    study = last.read_study()
    return _checked(App(study.app, home(study, last.root), config_name), f"the newest study, {last.root},")


def plan_app(app: App, overrides: Sequence[str] = ()) -> Planned:
    """What the app would run: a dry run of its study in its own process; nothing is run or written.

    Raises
    ------
    AppUnusable
        If it doesn't get so far; the message holds its reason. `AppRuns`: it was about to run its task.
    """
    with tempfile.TemporaryDirectory(prefix="oneaxis-") as scratch:
        answer = Path(scratch)
        arguments = app.arguments([SWEEPER, *overrides, DRY_RUN])
        ended = subprocess.run(  # noqa: S603 - the user's own app
            [sys.executable, *arguments],
            cwd=app.cwd,
            env={**os.environ, looking.VARIABLE: scratch},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if not (answer / REFERENCE_FILE).exists():
            looking.raise_refused(answer, app.name)
            told = _complaint(ended.stderr or ended.stdout) or ["it said nothing"]
            shown = "\n  ".join(told)
            reason = next((line for line in told if line.startswith("oneaxis: ")), told[-1])
            raise AppUnusable(f"{app.shown(overrides)} can't be planned:\n  {shown}", reason=reason)
        master = OmegaConf.load(answer / MASTER_FILE)
        assert isinstance(master, DictConfig)
        study = StudyFolder(answer).read_study()
        reference = read_json(answer / REFERENCE_FILE)
        hears = reference["hears"]
        # What is shown and stored is what a user would type.
        study = replace(study, arguments=app.arguments(overrides)[len(app.command) :] if hears else ())
        claims = tuple(Standing(**item) for item in reference["claims"])
        knowing = replace(app, sweeper=() if reference["chooses_oneaxis"] else (SWEEPER,), hears=hears)
        place, unread = Path(reference["study_folder"]), reference["unread_claims"]
        return Planned(
            knowing,
            study,
            reference["config"],
            master,
            place,
            claims,
            unread,
            "" if hears else looking.unheard(app.name),
        )


def plan_filled(app: App, overrides: Sequence[str], known: Sequence[str]) -> Planned:
    """The same; what the configuration leaves open (`???`) is taken from `known`, overrides of a former study.

    An app without a config leaves everything open.

    Raises
    ------
    AppUnusable
        As `plan_app` does, if that isn't enough.
    """
    masked = {text.lstrip("+").partition("=")[0] for text in known if stands_in(text)}
    known = [text for text in known if not stands_in(text)]
    while True:
        try:
            planned = plan_app(app, overrides)
        except AppUnusable as error:
            named = _OPEN.search(error.reason)
            key = named and (named[1] or named[2])
            given = [text for text in known if text.lstrip("+").partition("=")[0] == key and text not in app.given]
            if key in masked:
                raise AppUnusable(secret_wanted(app.command, str(key))) from error
            if not given:
                raise
            app = replace(app, given=(*app.given, *given))
        else:
            lacking = masked - set(planned.config) if not planned.config_name else ()
            if lacking:
                raise AppUnusable(secret_wanted(app.command, f"+{min(lacking)}"))
            if planned.config_name or set(known) <= set(app.given):
                return planned
            app = replace(app, given=tuple(known))


def run_app(app: App, overrides: Sequence[str]) -> Ran:
    """Run a study of the app to its end, its output to this process's own.

    Raises
    ------
    AppUnusable
        If the app would run another study than this.

    Side effects
    ------------
    All that the study's own command line would do.
    """
    if not app.hears:
        raise AppUnusable(f"{looking.unheard(app.name)}, and no other can be run")
    with tempfile.TemporaryDirectory(prefix="oneaxis-") as scratch:
        ended = subprocess.run(  # noqa: S603 - the user's own app
            [sys.executable, *app.arguments([SWEEPER, *overrides])],
            cwd=app.cwd,
            env={**os.environ, VARIABLE: scratch},
            check=False,
        )
        started = Path(scratch) / STARTED_FILE
        if not started.exists():
            return Ran(ended.returncode or 1, None)
        return Ran(ended.returncode, StudyFolder(Path(read_json(started)["folder"])))


def _complaint(text: str) -> list[str]:
    """What matters of an error's lines: a refusal begins with its reason, a traceback ends with it."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-ENOUGH_LINES:] if any(line.startswith("Traceback") for line in lines) else lines[:ENOUGH_LINES]


def _words(text: str) -> tuple[str, ...]:
    words = tuple(shlex.split(text))
    if not words:
        raise AppUnusable("--app is empty; name the app: --app train.py")
    return words[1:] if words[0] in ("python", "python3") and len(words) > 1 else words


def _checked(app: App, where: str) -> App:
    script = app.command[0]
    if not script.startswith("-") and not (app.cwd / script).is_file():
        raise AppUnusable(f"{where} names {script}, and {app.cwd / script} is no file; name the app: --app train.py")
    return app


def _folder(schema: str, path: str) -> Path | None:
    if schema == "file":
        return Path(path)
    if schema == "pkg":
        spec = find_spec(path.replace("/", "."))
        places = [] if spec is None else list(spec.submodule_search_locations or [])
        return Path(places[0]) if places else None
    return None
