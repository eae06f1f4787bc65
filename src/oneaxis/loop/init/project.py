"""Write a new project from the templates beside this module."""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from oneaxis.errors import FolderUnusable

Framework = Literal["sklearn", "torch"]
DEPENDENCIES = {"sklearn": "scikit-learn>=1.5", "torch": "torch>=2.4"}
EXAMPLE = {"sklearn": "model.max_depth=2,4", "torch": "training.lr=1e-3,1e-1"}
RENAMED = {"gitignore": ".gitignore"}  # a template of that name would hide its neighbours from packaging


def init(folder: Path, framework: Framework = "sklearn") -> tuple[Path, ...]:
    """Write the project into `folder`, which is made if need be; the files written, in order.

    Raises
    ------
    FolderUnusable
        If any of the files is there already (then nothing is written), or the folder can't be written.
    """
    texts = dict(_texts(framework, _name(folder)))
    for path in texts:
        taken = _in_the_way(folder / path)
        if taken is not None:
            raise FolderUnusable(f"{taken} is there already, and nothing is written over; give another folder")
    written = []
    try:
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as stream:
                stream.write(text)
            written.append(target)
    except OSError as error:
        raise FolderUnusable(f"{error.filename}: {error.strerror}; give a folder that can be written") from error
    return tuple(written)


def _in_the_way(path: Path) -> Path | None:
    """What can't stay if a file is to be written there. A link that leads nowhere is something, too."""
    for above in reversed(path.parents):
        if os.path.lexists(above) and not above.is_dir():
            return above
    return path if os.path.lexists(path) else None


def _texts(framework: Framework, name: str) -> Iterator[tuple[str, str]]:
    templates = files("oneaxis.loop.init") / "templates"
    dependencies = ", ".join(f'"{each}"' for each in (own_requirement(), DEPENDENCIES[framework]))
    for part in (framework, "shared"):
        for path, file in _walk(templates / part):
            text = file.read_text(encoding="utf-8")
            if path in ("README.md", "pyproject.toml"):
                for key, value in (("name", name), ("dependencies", dependencies), ("example", EXAMPLE[framework])):
                    text = text.replace("{" + key + "}", value)
            yield RENAMED.get(path, path), text


def own_requirement() -> str:
    """How a project requires this very oneaxis: by its name, or by the address that it was installed from.

    The address is in `direct_url.json`, a file defined by https://packaging.python.org/en/latest/specifications/direct-url/.
    """
    try:
        origin = json.loads(distribution("oneaxis").read_text("direct_url.json") or "{}")
        url = origin.get("url")
        vcs = origin.get("vcs_info")
        if url and vcs:
            url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"  # what was installed, not what the branch is by now
        if url and origin.get("subdirectory"):
            url += f"#subdirectory={origin['subdirectory']}"
    except (PackageNotFoundError, ValueError, AttributeError, LookupError, TypeError):
        url = None
    return f"oneaxis @ {url}" if url else "oneaxis"


def _walk(place: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(place.iterdir(), key=lambda each: each.name):
        path = above + entry.name
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _walk(entry, path + "/")
        elif not entry.name.endswith(".pyc"):
            yield path, entry


def _name(folder: Path) -> str:
    """A project's name as packaging takes it."""
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "study"
