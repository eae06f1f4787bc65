"""MLflow's own functions while a task runs: wherever a task would log, it logs to its trial's run.

Their code is exchanged within the function objects: a task that wrote `from mlflow import start_run` long ago
holds the same object. Nothing here imports mlflow.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from oneaxis.trial.address import same_store

IMPLICIT = "_get_or_start_run"  # where MLflow starts a run that nobody asked for

log = logging.getLogger(__name__)

_current: StandIns | None = None  # one trial at a time runs in a process


def set_experiment(*args: Any, **options: Any) -> Any:
    from oneaxis.trial.stand_ins import current  # noqa: PLC0415 - runs among MLflow's globals

    return current().set_experiment(*args, **options)


def set_tracking_uri(*args: Any, **options: Any) -> Any:
    from oneaxis.trial.stand_ins import current  # noqa: PLC0415 - as above

    return current().set_tracking_uri(*args, **options)


def start_run(*args: Any, **options: Any) -> Any:
    from oneaxis.trial.stand_ins import current  # noqa: PLC0415 - as above

    return current().start_run(*args, **options)


def current() -> StandIns:
    assert _current is not None
    return _current


class StandIns:
    """Between `install` and `remove`, one run stands for whatever the task asks MLflow for first.

    Later runs of the task are made as it says, as children of that run.
    """

    def __init__(self, mlflow: ModuleType, *, uri: str, experiment: str, run: str) -> None:
        self._mlflow: Any = mlflow
        self._uri = uri
        self._experiment = experiment
        self._run = run
        self._own: dict[str, FunctionType] = {}
        self._originals: dict[str, Callable[..., Any]] = {}
        self._client_methods: dict[str, Any] = {}
        self._stood_for: set[str] = set()  # names that the task gave to experiments: each means the study's
        self._active: str | None = None
        self._address: str | None = None

    def install(self) -> None:
        global _current  # noqa: PLW0603 - the exchanged functions take no handle
        _current = self
        for ours in (set_experiment, set_tracking_uri, start_run):
            own = getattr(self._mlflow, ours.__name__, None)
            if isinstance(own, FunctionType) and own.__closure__ is None:
                self._own[ours.__name__] = own
                self._originals[ours.__name__] = _copy(own)
                own.__code__ = ours.__code__
        fluent: Any = sys.modules.get("mlflow.tracking.fluent")
        service: Any = sys.modules.get("mlflow.tracking._tracking_service.utils")
        # An app may have chosen both long before its task runs.
        self._active = getattr(fluent, "_active_experiment_id", None)
        self._address = getattr(service, "_tracking_uri", None)
        if fluent is not None:
            fluent._active_experiment_id = None  # noqa: SLF001 - MLflow refuses a run of another experiment
        if "set_tracking_uri" in self._originals:
            self._originals["set_tracking_uri"](self._uri)
        os.environ["MLFLOW_EXPERIMENT_ID"] = self._experiment
        os.environ["MLFLOW_RUN_ID"] = self._run
        tags: dict[str, str] = {}
        with contextlib.suppress(ValueError):
            tags = dict(json.loads(os.environ.get("MLFLOW_RUN_CONTEXT", "{}")))
        os.environ["MLFLOW_RUN_CONTEXT"] = json.dumps({**tags, "mlflow.parentRunId": self._run})
        self._hook_clients()

    def remove(self) -> None:
        global _current  # noqa: PLW0603 - see install
        for name, own in self._own.items():
            own.__code__ = self._originals[name].__code__
        for name, method in self._client_methods.items():
            setattr(self._mlflow.MlflowClient, name, method)
        with contextlib.suppress(Exception):
            while self._mlflow.active_run() is not None:
                self._mlflow.end_run()
        fluent: Any = sys.modules.get("mlflow.tracking.fluent")
        if fluent is not None:
            fluent._active_experiment_id = self._active  # noqa: SLF001 - as in install
        if "set_tracking_uri" in self._own:
            self._mlflow.set_tracking_uri(self._address)
        _current = None

    def logged(self) -> Mapping[str, float]:
        """The latest value of each metric in the trial's run."""
        found: Mapping[str, float] = self._mlflow.MlflowClient().get_run(self._run).data.metrics
        return found

    # -- what the task's calls do --------------------------------------------------------------------

    def set_experiment(self, experiment_name: str | None = None, *_: Any, **__: Any) -> Any:
        if experiment_name is not None:
            self._stood_for.add(experiment_name)
        return self._mlflow.get_experiment(self._experiment)

    def set_tracking_uri(self, *_: Any, **__: Any) -> None:
        """The study has one store."""

    def start_run(self, run_id: str | None = None, experiment_id: str | None = None, *more: Any, **options: Any) -> Any:
        start = self._originals["start_run"]
        if sys._getframe(2).f_code.co_name == IMPLICIT:  # noqa: SLF001 - MLflow passes nothing that tells
            # `log_metric` without a run: also after autologging has ended the trial's.
            os.environ["MLFLOW_RUN_ID"] = self._run
        if not self._waits():
            return start(run_id, experiment_id, *more, **options)
        if run_id is not None:
            try:
                return start(run_id, experiment_id, *more, **options)
            except self._mlflow.exceptions.MlflowException as error:
                log.warning("run %s isn't in the study's store (%s); the trial's own run stands for it", run_id, error)
        return start(None, None, *more, **options)  # takes MLFLOW_RUN_ID

    def _waits(self) -> bool:
        """Whether the trial's run is still to be taken: MLflow takes the variable away with it."""
        return os.environ.get("MLFLOW_RUN_ID") == self._run

    def _hook_clients(self) -> None:
        """Clients of the study's store, such as loggers of other libraries keep; others are left alone."""
        clients: Any = getattr(self._mlflow, "MlflowClient", None)
        if clients is None:
            return
        for ours in (self._create_run, self._create_experiment, self._get_experiment_by_name):
            name = ours.__name__.lstrip("_")
            own = getattr(clients, name, None)
            if own is not None:
                self._client_methods[name] = own
                setattr(clients, name, self._instead(own, ours))

    def _instead(self, own: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(own)
        def method(client: Any, *args: Any, **options: Any) -> Any:
            mine = same_store(client.tracking_uri, self._mlflow.get_tracking_uri())
            return ours(own, client, *args, **options) if mine else own(client, *args, **options)

        return method

    def _create_run(self, own: Any, client: Any, experiment_id: str, *args: Any, **options: Any) -> Any:
        if not self._waits():
            if len(args) < 2:  # noqa: PLR2004 - the tags come second; MLflow's own functions have put the parent there
                options["tags"] = {"mlflow.parentRunId": self._run, **(options.get("tags") or {})}
            return own(client, experiment_id, *args, **options)
        del os.environ["MLFLOW_RUN_ID"]
        tags = options.get("tags") or (args[1] if len(args) > 1 else None) or {}
        for key, value in tags.items():
            if key not in ("mlflow.parentRunId", "mlflow.runName"):
                client.set_tag(self._run, key, value)
        return client.get_run(self._run)

    def _create_experiment(self, _own: Any, _client: Any, name: str, *_: Any, **__: Any) -> str:
        """None is made: trials beside this one make the same at the same moment, and all but one would fail."""
        self._stood_for.add(name)
        return self._experiment

    def _get_experiment_by_name(self, own: Any, client: Any, name: str, *args: Any, **options: Any) -> Any:
        """The truth, so that a task can read other experiments, but for what it made or chose itself."""
        if name in self._stood_for:
            return client.get_experiment(self._experiment)
        return own(client, name, *args, **options)


def _copy(function: FunctionType) -> FunctionType:
    """The function as it is now, whatever its object's code will be."""
    twin = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    twin.__kwdefaults__ = function.__kwdefaults__
    return twin
