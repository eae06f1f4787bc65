"""The one interface to every model, whichever library it comes from."""

from __future__ import annotations

from typing import Protocol

from oneaxis.tasks.choice import Settings, make, target
from oneaxis.tasks.datasets import Dataset, Floats, Integers, Part
from oneaxis.tasks.tabular import TabularClassifier

_KINDS = {1: "tables", 2: "signals", 3: "images"}


class Classifier(Protocol):
    """What a task asks of a model."""

    def fit(self, train: Part, validation: Part | None) -> None:
        """Train; the validation part may only be watched."""

    def predict(self, x: Floats) -> Integers:
        """Return the class numbers (rows,)."""

    def probabilities(self, x: Floats) -> Floats | None:
        """Return (rows, classes), or None for a model that gives none."""


def build(cfg: Settings, data: Dataset, loaded: Dataset) -> Classifier:
    """Make the chosen model for `data`: a scikit-learn estimator, or else a network to train.

    `loaded` is the same data before its features were changed.

    Raises
    ------
    ImportError
        If the model needs PyTorch and it is missing.
    ValueError
        If the model can't use examples of this shape; the message says what to choose instead.
    """
    model = cfg["model"]
    kind = target("model", model)
    if hasattr(kind, "fit"):
        return TabularClassifier(make("model", model, seed=cfg["seed"]))
    if len(data.shape) not in kind.ranks:
        raise ValueError(_misfit(kind.ranks, cfg, data, loaded))
    from oneaxis.tasks.neural import NetworkClassifier  # noqa: PLC0415 - PyTorch is optional

    return NetworkClassifier(cfg, data.shape, data.classes)


def _misfit(ranks: set[int], cfg: Settings, data: Dataset, loaded: Dataset) -> str:
    needed = " or ".join(_KINDS[rank] for rank in sorted(ranks))
    ways = "model=mlp or model=logistic"
    if len(loaded.shape) in ranks:
        ways = f"features=none, {ways}"
    given = f"{_KINDS[len(data.shape)]} (examples of shape {data.shape})"
    return (
        f"model={cfg['model']['name']} needs {needed}, but data={data.name} with "
        f"features={cfg['features']['name']} gives {given}; choose {ways}"
    )
