"""The app's Hydra callbacks on their way into a trial's process, and what they keep from coming back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

    def __reduce__(self) -> tuple[Callable[[Any], _MadeAnew], tuple[Any]]:
        node = OmegaConf.select(self._config, "hydra.callbacks")
        return _MadeAnew, (None if node is None else OmegaConf.to_container(node, resolve=True),)


class _MadeAnew(Callbacks):
    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes
        self._made: list[Any] | None = None

    @property
    def callbacks(self) -> list[Any]:  # type: ignore[override]  # made when first asked for: then Hydra's state is there
        if self._made is None:
            made = Callbacks(OmegaConf.create({"hydra": {"callbacks": self._nodes}}))
            self._made = list(made.callbacks)
        return self._made

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **more: Any) -> None:
        super().on_job_end(config=config, job_return=job_return, **more)
        keep_in_place(job_return)
