"""Give a task that uses MLflow itself the run that was prepared for its trial.

Nothing here imports mlflow. The run is asked for only once the task does: the job leaves `tracking.request`
in `.oneaxis/` of its folder, the study's mirror answers with `tracking.json` there.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from oneaxis.trial import address
from oneaxis.trial.own import made
from oneaxis.trial.stand_ins import StandIns

REQUEST_FILE = "tracking.request"
ANSWER_FILE = "tracking.json"
PATIENCE = 180.0  # seconds; a cold start of MLflow takes ten, and much longer on a machine that is overloaded
VARIABLES = (
    "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID", "MLFLOW_RUN_CONTEXT",
)  # fmt: skip

log = logging.getLogger(__name__)


class Handover:
    """Between `open` and `close`, MLflow's fluent calls land in the trial's own run; `close` restores all.

    `asked` is called once the run is wanted, where the mirror's process is at hand; elsewhere the study's
    watch sees the request in the job folder. `uri` is the store's address where the caller has it: the answer in
    the folder lacks user and password.
    """

    def __init__(
        self, folder: Path, *, enabled: bool, asked: Callable[[], None] = lambda: None, uri: str | None = None
    ) -> None:
        self._folder = folder
        self._enabled = enabled
        self._asked = asked
        self._uri = uri
        self._stand_ins: StandIns | None = None
        self._earlier: str | None = None  # the process's last run before this trial
        self._before: dict[str, str | None] = {}
        self._watcher = _ImportWatcher(self._hand_over)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        if not self._enabled:
            self._earlier = _last_run()
            return
        self._before = {name: os.environ.get(name) for name in VARIABLES}
        if "mlflow" in sys.modules:
            self._hand_over(sys.modules["mlflow"])
        else:
            sys.meta_path.insert(0, self._watcher)

    def close(self) -> None:
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(self._watcher)
        if self._stand_ins is not None:
            self._stand_ins.remove()
            self._stand_ins = None
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before = {}

    def logged(self) -> Mapping[str, float]:
        """The metrics that the task logged to MLflow: in the trial's run, else in the last run that it made itself."""
        mlflow: Any = sys.modules.get("mlflow")
        try:
            if self._stand_ins is not None:
                return self._stand_ins.logged()
            last = _last_run()
            if mlflow is None or last is None or last == self._earlier:
                return {}
            return dict(mlflow.get_run(last).data.metrics)
        except Exception as error:  # noqa: BLE001 - MLflow's trouble is not the trial's
            log.warning("MLflow could not tell what was logged: %s", error)
            return {}

    def _hand_over(self, mlflow: ModuleType) -> None:
        if self._stand_ins is not None:
            return
        answer = self._ask()
        if answer is None:
            log.warning("no MLflow run came within %.0f s; what this task logs lands in a run of its own", PATIENCE)
            return
        uri = self._uri or address.whole(answer["uri"])
        if uri is None:
            log.warning(
                "this job wasn't given the user and password of %s; what this task logs lands in a run of its own. "
                "Give them where jobs start: export MLFLOW_TRACKING_URI=…",
                answer["uri"],
            )
            return
        given = address.variables(uri)
        os.environ.update(given)
        self._stand_ins = StandIns(
            mlflow, uri=given["MLFLOW_TRACKING_URI"], experiment=answer["experiment"], run=answer["run"]
        )
        self._stand_ins.install()

    def _ask(self) -> dict[str, str] | None:
        place = made(self._folder)
        answer = place / ANSWER_FILE
        answer.unlink(missing_ok=True)
        (place / REQUEST_FILE).touch()
        self._asked()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, ValueError):
                return dict(json.loads(answer.read_text(encoding="utf-8")))
            time.sleep(0.02)
        return None


def _last_run() -> str | None:
    """The run that this process last used, if it uses MLflow at all."""
    mlflow: Any = sys.modules.get("mlflow")
    active = getattr(mlflow, "active_run", lambda: None)()
    if active is not None:
        return str(active.info.run_id)
    fluent: Any = sys.modules.get("mlflow.tracking.fluent")
    last: Any = getattr(fluent, "_last_active_run_id", None)
    return None if last is None else last.get()


class _ImportWatcher(MetaPathFinder):
    """Sees the first import of mlflow and acts when it is complete."""

    def __init__(self, imported: Callable[[ModuleType], None]) -> None:
        self._imported = imported

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the finders' interface
        target: ModuleType | None = None,  # noqa: ARG002 - as above
    ) -> ModuleSpec | None:
        if fullname != "mlflow":
            return None
        # Many libraries only look whether mlflow is there: the watcher must still be here when it is imported.
        place = sys.meta_path.index(self)
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            sys.meta_path.insert(place, self)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._imported)
        return spec


class _Loader(Loader):
    """Loads as the real loader does, then tells."""

    def __init__(self, real: Loader, imported: Callable[[ModuleType], None]) -> None:
        self._real = real
        self._imported = imported

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        self._imported(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
