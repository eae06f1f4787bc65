"""Which modules a trial will need: the server loads them once, before any trial is forked from it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from pathlib import Path

ALWAYS = ("oneaxis.study.job", "oneaxis.trial.guard", "numpy")
# MLflow starts threads, which no fork survives; and a job that never uses it never imports it.
NEVER = ("mlflow", "__main__", "__mp_main__")


def named_in(script: Path | None) -> tuple[str, ...]:
    """The modules that a script imports anywhere, function bodies included; none if it can't be read.

    An app that is quick to show its help imports what is heavy where it is needed: inside its task.
    """
    try:
        tree = ast.parse(script.read_text(encoding="utf-8")) if script is not None else ast.Module([], [])
    except (OSError, SyntaxError, ValueError):
        return ()
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
    return wanted(found)


def wanted(modules: Iterable[str]) -> tuple[str, ...]:
    """Those modules that may be loaded ahead, each once."""
    return tuple(dict.fromkeys(name for name in modules if name.partition(".")[0] not in NEVER))


def main_script() -> Path | None:
    """The file that this process was started with."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(file) if file else None
