"""The demo's data sets as `oneaxis data` looks at them."""

from __future__ import annotations

from typing import Any

from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

import oneaxis
from oneaxis.tasks import datasets
from oneaxis.tasks.datasets import Part

_TABLES = {"breast_cancer": load_breast_cancer, "wine": load_wine, "diabetes": load_diabetes}


def data(cfg: Any) -> oneaxis.Data:
    """The data of a configuration, as loaded and split, before its features are changed."""
    loaded = datasets.load(**cfg["data"])
    bunch = _TABLES[loaded.name]() if loaded.name in _TABLES else None
    return oneaxis.Data(
        train=_part(loaded.train),
        validation=None if loaded.validation is None else _part(loaded.validation),
        test=_part(loaded.test),
        name=loaded.name,
        shape=loaded.shape,
        features=None if bunch is None else list(bunch.feature_names),
        classes=None if bunch is None or loaded.classes is None else list(bunch.target_names),
    )


def _part(part: Part) -> oneaxis.Part:
    return oneaxis.Part(part.x, part.y, ids=part.ids)
