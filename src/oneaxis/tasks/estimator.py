"""The one interface to every model, whichever library it comes from."""

from __future__ import annotations

from typing import Protocol

from sklearn.base import is_regressor

from oneaxis.tasks.choice import Settings, make, target
from oneaxis.tasks.datasets import Dataset, Floats, Part, Targets
from oneaxis.tasks.tabular import TabularModel

_KINDS = {1: "tables", 2: "signals", 3: "images"}


class Model(Protocol):
    """What a task asks of a model."""

    def fit(self, train: Part, validation: Part | None) -> None:
        """Train; the validation part may only be watched."""

    def predict(self, x: Floats) -> Targets:
        """Return the class numbers, or the numbers themselves (rows,)."""

    def probabilities(self, x: Floats) -> Floats | None:
        """Return (rows, classes), or None for a model that gives none."""


def build(cfg: Settings, data: Dataset, loaded: Dataset) -> Model:
    """Make the chosen model for `data`: a scikit-learn estimator, or else a network to train.

    `loaded` is the same data before its features were changed.

    Raises
    ------
    ImportError
        If the model needs PyTorch and it is missing.
    ValueError
        If the model can't use examples of this shape, or predicts another kind of target; the message says what to
        choose instead.
    """
    model = cfg["model"]
    kind = target("model", model)
    if hasattr(kind, "fit"):
        estimator = make("model", model, seed=cfg["seed"])
        _check_target(data, model["name"], numbers=is_regressor(estimator))
        return TabularModel(estimator)
    _check_target(data, model["name"], numbers=False)
    assert data.classes is not None
    if len(data.shape) not in kind.ranks:
        raise ValueError(_misfit(kind.ranks, cfg, data, loaded))
    from oneaxis.tasks.neural import NetworkClassifier  # noqa: PLC0415 - PyTorch is optional

    return NetworkClassifier(cfg, data.shape, data.classes)


def _check_target(data: Dataset, model: str, *, numbers: bool) -> None:
    if numbers and data.classes is not None:
        raise ValueError(f"model={model} predicts a number, but data={data.name} has classes; choose model=svc")
    if not numbers and data.classes is None:
        raise ValueError(
            f"model={model} tells classes apart, but data={data.name} has a number to predict; "
            "choose model=ols, model=ridge or model=mean"
        )


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
