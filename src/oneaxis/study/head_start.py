"""Which modules a trial will need: the server loads them once, before any trial is forked from it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST_FILES = 50  # of an app that are read for their imports
ALWAYS = ("oneaxis.study.job", "oneaxis.trial.guard", "numpy")
# MLflow starts threads, which no fork survives; and a job that never uses it never imports it.
NEVER = ("mlflow", "__main__", "__mp_main__")


def named_in(script: Path | None) -> tuple[str, ...]:
    """The installed modules that a script imports anywhere, function bodies included, and so its neighbours.

    An app that is quick to show its help imports what is heavy where it is needed: inside its task. The app's own
    modules are only read: one that imports the script would start it. What can't be read names nothing.
    """
    if script is None:
        return ()
    waiting, root = [script], script.parent
    read: set[Path] = set()
    found: list[str] = []
    while waiting and len(read) < MOST_FILES:
        path = waiting.pop()
        if path in read:
            continue
        read.add(path)
        for name in _imports(path):
            own = [place for place in _places(root, name) if place.is_file()]
            waiting.extend(own)
            if not own and name.rpartition(".")[2] != script.stem:
                found.append(name)
    return wanted(found)


def _places(root: Path, name: str) -> tuple[Path, Path]:
    """Where a module of the app itself would lie."""
    base = root.joinpath(*name.split("."))
    return base.with_name(f"{base.name}.py"), base / "__init__.py"


def _imports(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def wanted(modules: Iterable[str]) -> tuple[str, ...]:
    """Those modules that may be loaded ahead, each once."""
    return tuple(dict.fromkeys(name for name in modules if name.partition(".")[0] not in NEVER))


def main_script() -> Path | None:
    """The file that this process was started with."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(file) if file else None
