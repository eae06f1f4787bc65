"""What an axis is about: structure (data, features, model) or tuning (learning rate, sizes, regularisation)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["structure", "tuning", "other"]

# fmt: off
_STRUCTURE = frozenset((
    "data", "dataset", "datamodule", "features", "preprocessing", "transforms", "augmentation", "tokenizer",
    "model", "net", "network", "architecture", "arch", "backbone", "encoder", "decoder", "head", "loss", "task",
))
_TUNING = frozenset((
    "optimizer", "optim", "scheduler", "lr_scheduler", "training", "trainer", "train", "regularization", "schedule",
))
_DATA = frozenset(("data", "dataset", "datamodule", "features", "preprocessing", "transforms", "augmentation"))
# fmt: on


def role_of(key: str, kind: str, roles: Mapping[str, str]) -> Role:
    """The role of an axis; `roles` (a group or key, or what it begins with) decides before the well-known names.

    A group is what its name says. A single value is tuning, unless it belongs to the data or its features.
    """
    parts = key.partition("@")[0].replace("/", ".").split(".")
    for length in range(len(parts), 0, -1):
        given = roles.get(".".join(parts[:length])) or roles.get("/".join(parts[:length]))
        if given in ("structure", "tuning", "other"):
            return given  # type: ignore[return-value]
    if kind != "group":
        return "structure" if parts[0] in _DATA else "tuning"
    if parts[-1] in _TUNING:
        return "tuning"
    return "structure" if parts[-1] in _STRUCTURE else "other"
