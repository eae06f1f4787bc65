"""Which axes are structure, which are tuning: what is decided first, and what only holds until that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from oneaxis.vocabulary import Deviation, split_key

Role = Literal["structure", "tuning"]

# fmt: off
_STRUCTURE = frozenset((
    "data", "dataset", "datasets", "feature", "features", "preprocessing", "preprocess", "transform", "transforms",
    "augmentation", "model", "models", "net", "network", "architecture", "backbone", "encoder", "decoder", "head",
    "loss",
))
_DATA = frozenset(("data", "dataset", "datasets", "datamodule", "preprocessing", "preprocess", "augmentation"))
_TUNING_ROOTS = frozenset((
    "optimizer", "optim", "optimiser", "scheduler", "lr_scheduler", "training", "trainer", "train", "regularization",
))
_TUNING = frozenset((
    "lr", "learning_rate", "eta", "weight_decay", "decay", "momentum", "beta1", "beta2", "betas", "warmup", "dropout",
    "batch_size", "steps", "epochs", "max_iter", "max_steps", "max_epochs", "patience", "C", "gamma", "alpha", "lambda",
    "l1", "l2", "l1_ratio", "hidden", "width", "depth", "layers", "channels", "units", "heads", "n_estimators",
    "max_depth", "max_leaf_nodes", "min_samples_leaf", "n_neighbors", "n_components", "temperature", "label_smoothing",
))
# fmt: on


def role(deviation: Deviation, declared: Mapping[str, Sequence[str]]) -> Role | None:
    """The role of a deviation's axis; None where nothing tells."""
    return role_of(deviation.axis, deviation.kind, declared, number=is_number(deviation.value))


def role_of(axis: str, kind: str, declared: Mapping[str, Sequence[str]], *, number: bool = True) -> Role | None:
    """The role of a group, or of a key whose value is a `number` or isn't; None where nothing tells.

    `declared` (`hydra.sweeper.roles`) names keys and groups by role and comes first, the longest name before
    shorter ones. Else both are known by their names and by where they lie. Within the data all is structure; below
    a model a number is a size, hence tuning, and the rest structure.
    """
    key = axis.partition("@")[0].replace("/", ".")
    names = [(name, which) for which in ("structure", "tuning") for name in declared.get(which, ())]
    for name, which in sorted(names, key=lambda pair: -len(pair[0])):
        plain = name.replace("/", ".")
        if key == plain or key.startswith(f"{plain}."):
            return "structure" if which == "structure" else "tuning"
    parts = split_key(key)
    if parts[-1] in _TUNING or any(part in _TUNING_ROOTS for part in parts):
        return "tuning"
    if not any(part in _STRUCTURE for part in parts):
        return None
    return "tuning" if kind == "value" and number and parts[0] not in _DATA else "structure"


def order_remarks(
    deviations: Sequence[Deviation],
    declared: Mapping[str, Sequence[str]],
    *,
    structure_measured: bool,
    baseline_open: bool,
    reproduce: str,
) -> tuple[str, ...]:
    """Said where a study only tunes before its time; nothing is refused.

    `structure_measured`: some structure was compared at this reference before. `baseline_open`: the reference has
    claims, and none is reproduced; `reproduce` is the command that does it.
    """
    tuned = [deviation.axis for deviation in deviations if role(deviation, declared) == "tuning"]
    if not tuned or len(tuned) < len(deviations):
        return ()
    names = ", ".join(dict.fromkeys(tuned))
    found = []
    if baseline_open:
        found.append(f"{names}: tuning, and no claim of the reference is reproduced yet ({reproduce})")
    if not structure_measured:
        found.append(
            f"{names}: tuning, and no structure (data, features, model) was compared at this reference yet; "
            "tuned values may not outlive a change of it"
        )
    return tuple(found)


def is_number(text: str) -> bool:
    """Whether a value, as it is typed, is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
