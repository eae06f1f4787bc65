"""Whether two trials may be compared: a second difference besides the axis forbids it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from oneaxis.vocabulary import ABSENT, GATES, Change, Deviation, Policy, Record, short

# Words in an axis's key that say what it is meant to change besides the configuration.
_MEANT: Mapping[str, frozenset[str]] = {
    "data": frozenset(("data", "dataset", "datasets", "features", "repair")),
    "threads": frozenset(("thread", "threads", "cores", "workers")),
    "device": frozenset(("device", "devices", "accelerator", "gpu", "cuda", "deterministic", "benchmark", "precision")),
}
_OLD_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def second_differences(reference: Record, deviation: Record, declared: Deviation, policy: Policy) -> tuple[Change, ...]:
    """What else differs between two trials of one seed; empty where they can be compared.

    Of the policy's gating layers, that is. The evaluation data must be the same, always; the training data unless the
    axis is one of data or features. What was recorded on one side only is no difference: another model loads other
    modules. The deviation's configuration must be the one that was proved.
    """
    found: list[Change] = []
    if declared.digest and deviation.digest and declared.digest != deviation.digest:
        found.append(Change(("config",), short(declared.digest), short(deviation.digest)))
    found.extend(
        _data(reference.data, deviation.data, training="data" in policy.gates and not _meant("data", declared))
    )
    if "code" in policy.gates:
        found.extend(_both("code", reference.code, deviation.code))
    one, other = layers(reference), layers(deviation)
    for layer in ("packages", "threads", "device"):
        if layer in policy.gates and layer in one and layer in other:
            meant = _meant(layer, declared)
            found.extend(change for change in _layer(layer, one[layer], other[layer]) if _given(change) or not meant)
    return tuple(found)


def layers(record: Record) -> Mapping[str, Mapping[str, Any]]:
    """What a trial computed with, by layer; of a record of an older oneaxis, what that kept."""
    if record.environment or not record.machine.get("python"):
        return record.environment
    machine = record.machine
    given = machine.get("threads", {})
    return {
        "packages": {"python": machine["python"], **machine.get("packages", {})},
        "threads": {name: given.get(name, "unset") for name in _OLD_THREADS},
    }


def gate_remarks(policy: Policy) -> tuple[str, ...]:
    """Said where a policy leaves out a layer: that is the way to compare in spite of a second difference."""
    left_out = [layer for layer in GATES if layer not in policy.gates]
    if not left_out:
        return ()
    return (f"hydra.sweeper.policy.gates leaves out {', '.join(left_out)}: differences there forbid no comparison",)


def _data(one: Mapping[str, str], other: Mapping[str, str], *, training: bool) -> Iterator[Change]:
    for change in _both("data", one, other):
        if training or not change.path[-1].startswith("train"):
            yield change


def _both(layer: str, one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[Change]:
    for name, before in one.items():
        if name in other and other[name] != before:
            yield Change((layer, name), short(before), short(other[name]))


def _layer(layer: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys((*one, *other)):
        before, after = one.get(name, ABSENT), other.get(name, ABSENT)
        # A variable that isn't set says something; a library that wasn't loaded doesn't.
        unset = name.isupper() and (before is ABSENT or after is ABSENT)
        if before != after and (unset or (before is not ABSENT and after is not ABSENT)):
            yield Change((layer, name), before, after)


def _given(change: Change) -> bool:
    """Whether the trial found it so, in a variable: no axis makes that."""
    return change.path[-1].isupper()


def _meant(layer: str, declared: Deviation) -> bool:
    """Whether the axis is declared to change a layer: by its own key, or by what it carries along."""
    difference = declared.difference
    paths: Iterable[Sequence[str]] = (
        re.split(r"[./@]", declared.axis),
        *(change.path for change in (*difference.own, *difference.carried, *difference.follows)),
    )
    words = _MEANT.get(layer, frozenset())
    if layer == "data":
        # By the top of the key: `data.rows`, `features=pca`; `model.features` is no data.
        return any(path[0].lower() in words for path in paths if path)
    return any(word in words for path in paths for part in path for word in re.split(r"[^a-z0-9]+", part.lower()))
