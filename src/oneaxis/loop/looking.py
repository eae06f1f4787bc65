"""A command looks at the app: it wants to know what would run, and nothing runs, whatever the app's command line says.

The command says so in the environment of the app's process, for it and for all that it starts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NoReturn

from oneaxis.errors import AppRuns

VARIABLE = "ONEAXIS_LOOK"  # names an empty folder for the answer
REFUSED_FILE = "refused.json"
OWN_LINE = "brings its own command line and hears none that is typed"


def looked_at() -> Path | None:
    """The folder for the answer, if a command only looks at this process."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


def end_if_looked_at(*, sweeper: str | None = None) -> None:
    """End a process that is only looked at, where it would run its task; `sweeper` is what would have run it."""
    folder = looked_at()
    if folder is not None:
        (folder / REFUSED_FILE).write_text(json.dumps({"schema": 1, "sweeper": sweeper}), encoding="utf-8")
        end()


def end() -> NoReturn:
    """Go no further: what follows in a script may want what its trials would have returned."""
    raise SystemExit(0)


def unheard(app: str) -> str:
    """What to know of an app whose plan isn't the one that was asked for."""
    return f"{app} {OWN_LINE}: this is the study that it plans itself"


def raise_refused(answer: Path, app: str) -> None:
    """Raise `AppRuns`, if the app that was looked at had to be ended before its task."""
    path = answer / REFUSED_FILE
    if path.exists():
        sweeper = json.loads(path.read_text(encoding="utf-8"))["sweeper"]
        what = "its task without a sweeper" if sweeper is None else f"the sweeper {sweeper.rpartition('.')[2]}"
        reason = f"it {OWN_LINE}, and runs {what}"
        raise AppRuns(f"{app} can't be looked at without running it: {reason}", reason)


def refuse_to_run() -> None:
    """In a process that is only looked at, let Hydra run nothing but our sweeper, which then plans alone.

    The plugin calls it where Hydra starts: an app that brings its own command line may choose another sweeper, or none.
    """
    if looked_at() is None:
        return
    from hydra._internal import callbacks  # noqa: PLC0415 - every Hydra app imports the plugin
    from hydra.core import plugins, utils  # noqa: PLC0415 - as above

    hydra: Any = plugins.Plugins
    notified: Any = callbacks.Callbacks
    running: Any = utils
    instantiate = hydra.instantiate_sweeper

    def refused(*_: Any, **__: Any) -> None:
        end_if_looked_at()

    def only_ours(plugins: Any, *, config: Any, **context: Any) -> Any:
        sweeper = str(config.hydra.sweeper.get("_target_"))
        if not sweeper.endswith(".OneAxisSweeper"):
            end_if_looked_at(sweeper=sweeper)
        return instantiate(plugins, config=config, **context)

    hydra.instantiate_sweeper = only_ours
    notified.on_run_start = refused  # before any callback of the app's own
    running._check_hydra_context = refused  # noqa: SLF001 - where each job begins, before its folder is made
