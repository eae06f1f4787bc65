"""What an app has set for another sweeper or launcher, and what was typed for ours by mistake."""

from __future__ import annotations

import dataclasses
import difflib
import re

from omegaconf import DictConfig, OmegaConf

from oneaxis.composing.compose import typed_for_hydra
from oneaxis.errors import BadOverride

_TYPED = re.compile(r"[+]{0,2}hydra\.(sweeper|launcher)\.([^.=@]+)")


def left_aside(hydra: DictConfig) -> tuple[str, ...]:
    """Settings of the app's own sweeper that ours doesn't have: kept out, and told.

    Raises
    ------
    BadOverride
        For a setting that doesn't exist, where it was typed or the app itself chose this sweeper.
    """
    known = _names(hydra.sweeper)
    foreign = tuple(str(name) for name in hydra.sweeper if name not in known)
    texts = typed_for_hydra(hydra)
    for text in texts:
        found = _TYPED.match(text)
        if found is None:
            continue
        node, name = found.groups()
        if node == "sweeper" and name not in known:
            raise BadOverride(_unknown(name, known))
        if node == "launcher" and _ours(hydra.launcher) and name not in _names(hydra.launcher):
            raise BadOverride(
                f"`{text}`: hydra/launcher=oneaxis has no `{name}`; hydra.sweeper.workers, .devices and "
                ".timeout_minutes are what it takes"
            )
    if foreign and not any(text.startswith("hydra/sweeper=") for text in texts):
        raise BadOverride(_unknown(foreign[0], known))
    return foreign


def _names(node: DictConfig) -> set[str]:
    kind = OmegaConf.get_type(node)
    return {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()


def _ours(node: DictConfig) -> bool:
    return str(OmegaConf.select(node, "_target_")).endswith(".OneAxisLauncher")


def _unknown(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = (
        f"; did you mean `{near[0]}`?"
        if near
        else f"; it has {', '.join(sorted(known - {'_target_', 'job', 'params'}))}"
    )
    return f"hydra.sweeper has no setting `{name}`{hint}"
