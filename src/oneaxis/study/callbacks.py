"""The app's Hydra callbacks on their way into a trial's process, and what they keep from coming back."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import cloudpickle
from hydra._internal.callbacks import Callbacks
from hydra.core.utils import JobReturn
from omegaconf import DictConfig, OmegaConf

from oneaxis.study.returns import keep_in_place


class TravellingCallbacks(Callbacks):
    """Hydra's callbacks for a launcher that sends them to another process: there they are made anew.

    In that process, a job's return is kept as bytes after the last callback has seen it, so that the sweeping process
    never loads what a trial made.
    """

    def __init__(self, callbacks: Callbacks, config: DictConfig) -> None:
        self.callbacks = callbacks.callbacks
        self._config = config

    def __reduce__(self) -> tuple[Callable[..., _MadeAnew], tuple[Any, bytes | None]]:
        node = OmegaConf.select(self._config, "hydra.callbacks")
        by_value = None
        with suppress(Exception):  # one that holds a lock, say
            by_value = bytes(cloudpickle.dumps(self.callbacks))
        return _MadeAnew, (None if node is None else OmegaConf.to_container(node, resolve=True), by_value)


class _MadeAnew(Callbacks):
    """`by_value` stand in where a class can't be found: one of the main script's, which isn't run there."""

    def __init__(self, nodes: Any, by_value: bytes | None) -> None:
        self._nodes = nodes
        self._by_value = by_value
        self._made: list[Any] | None = None

    @property
    def callbacks(self) -> list[Any]:  # type: ignore[override]  # made when first asked for: then Hydra's state is there
        if self._made is None:
            try:
                self._made = list(Callbacks(OmegaConf.create({"hydra": {"callbacks": self._nodes}})).callbacks)
            except Exception:
                if self._by_value is None:
                    raise
                self._made = list(pickle.loads(self._by_value))  # noqa: S301 - made by our own parent
        return self._made

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **more: Any) -> None:
        super().on_job_end(config=config, job_return=job_return, **more)
        keep_in_place(job_return)
