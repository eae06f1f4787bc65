"""`oneaxis resume`: run the app again with the study's own command line, in the study's own folder."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from oneaxis.composing.text import quote
from oneaxis.errors import FolderUnusable
from oneaxis.loop.home import home
from oneaxis.loop.known import RESUME
from oneaxis.masking import MASK, stands_in
from oneaxis.vocabulary import Study

OWN = ("hydra.sweep.dir=", "hydra.sweeper.dry_run=")


def resume(root: Path, study: Study, *, app: str | None = None, tracking: str | None = None) -> int:
    """Run what a study lacks; the app's exit status.

    The app is `app`, else `[tool.oneaxis] app` in the project's pyproject.toml, else the study's own.

    Raises
    ------
    FolderUnusable
        If the study isn't one that can go on from here.
    """
    if study.single:
        raise FolderUnusable(f"{root} is a single run, not a study; run it again: {_typed(study.app, study.arguments)}")
    cwd = home(study, root)
    arguments = _arguments(study, root.absolute(), tracking)
    program = _program(app, study, cwd)
    ended = subprocess.run(  # noqa: S603 - the user's own app
        [sys.executable, *program, *arguments],
        cwd=cwd,
        env={**os.environ, RESUME: str(root.absolute())},
        check=False,
    )
    return ended.returncode


def _program(app: str | None, study: Study, cwd: Path) -> Sequence[str]:
    named = app or _named_in_project(cwd)
    program = list(study.app) if named is None else shlex.split(named)
    if program[0] != "-m" and not (cwd / program[0]).exists():
        raise FolderUnusable(f"the app {program[0]} isn't in {cwd}; name it: oneaxis resume --app PATH")
    return program


def _named_in_project(cwd: Path) -> str | None:
    try:
        settings = tomllib.loads((cwd / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    app = settings.get("tool", {}).get("oneaxis", {}).get("app")
    return None if app is None else str(app)


def _arguments(study: Study, root: Path, tracking: str | None) -> list[str]:
    kept = [text for text in study.arguments if not text.startswith(OWN)]
    if tracking is not None:
        kept = [text for text in kept if not text.startswith("hydra.sweeper.tracking=")]
        kept.append(f"hydra.sweeper.tracking={quote(tracking)}")
    hidden = [text for text in kept if text == MASK or stands_in(text)]
    if hidden and hidden[0].startswith("hydra.sweeper.tracking="):
        raise FolderUnusable(
            f"the study doesn't keep the user and password of `{hidden[0]}`; give the store: "
            "oneaxis resume --tracking URI, or --tracking offline"
        )
    if hidden:
        # A secret that stands alone is its flag's: `--hf-token ***`.
        named = [
            f"{before} {MASK}" if text == MASK else text for before, text in pairwise(["", *kept]) if text in hidden
        ]
        line = _typed(study.app, [*kept, f"hydra.sweep.dir={quote(str(root))}"])
        raise FolderUnusable(
            f"a study doesn't keep secrets, `{' '.join(named)}` among them; type its line again, with yours: {line}"
        )
    return [*kept, f"hydra.sweep.dir={quote(str(root))}"]


def _typed(app: Sequence[str], arguments: Sequence[str]) -> str:
    return shlex.join(["python", *app, *arguments])
