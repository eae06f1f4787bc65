"""Compose a task's configuration with Hydra's own loader, as a value."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.default_element import DefaultsTreeNode, GroupDefault, InputDefault
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from oneaxis.canonical import keyed, leaves, same
from oneaxis.composing.twins import refuse_twins
from oneaxis.errors import CannotCompose
from oneaxis.vocabulary import Composed, Path, split_key


class Unresolved:
    """A leaf whose interpolation can't be resolved outside its job."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Composer:
    """Composes as Hydra's launchers will: from the sweep's master configuration."""

    def __init__(self, loader: ConfigLoader, master: DictConfig) -> None:
        self._loader = loader
        self._master = master

    def __call__(self, overrides: Sequence[str], *, places: bool = False) -> Composed:
        """Compose `overrides`; with `places`, find where each chosen group's nodes live.

        Raises
        ------
        CannotCompose
            With Hydra's reason.
        """
        composed = self._load(overrides)
        task = task_part(composed)
        return Composed(
            config=plain(task),
            choices=_choices(composed),
            resolved=_leaves(composed, task),
            places=self._places(overrides) if places else {},
            around=_around(composed) if places else {},
        )

    def task_configuration(self, overrides: Sequence[str]) -> Mapping[str, Any]:
        """The configuration that a job's task would read, interpolations resolved where they can be.

        Raises
        ------
        CannotCompose
            With Hydra's reason.
        """
        composed = self._load(overrides)
        with current(composed):
            return dict(_resolved(task_part(composed)))

    def unstable(self, overrides: Sequence[str]) -> tuple[Path, ...]:
        """Leaves that two compositions resolve differently: times, random draws, counters."""
        one = self._load(overrides)
        other = copy.deepcopy(one)
        OmegaConf.copy_cache(from_config=self._master, to_config=other)
        first = _leaves(one, task_part(one))
        second = _leaves(other, task_part(other))
        return tuple(path for path in first if not _alike(first[path], second.get(path)))

    def chooses_oneaxis(self) -> bool:
        """Whether the app sweeps with oneaxis without being told so on the command line."""
        typed = typed_for_hydra(self._master.hydra)
        try:
            found = self._loader.compute_defaults_list(
                config_name=self._master.hydra.job.config_name,
                overrides=[text for text in typed if not text.startswith("hydra/sweeper=")],
                run_mode=RunMode.MULTIRUN,
            )
        except HydraException:
            return False  # what else it says of the sweeper holds for ours alone
        return any(entry.config_path == "hydra/sweeper/oneaxis" for entry in found.defaults)

    def _load(self, overrides: Sequence[str]) -> DictConfig:
        try:
            return self._loader.load_sweep_config(self._master, list(overrides))
        except Exception as error:
            # Hydra lets plain ValueErrors through as well, and resolvers may raise anything.
            raise CannotCompose(_reason(error)) from error

    def _places(self, overrides: Sequence[str]) -> Mapping[str, Path]:
        try:
            found = self._loader.compute_defaults_list(
                config_name=self._master.hydra.job.config_name,
                overrides=[*typed_for_hydra(self._master.hydra), *overrides],
                run_mode=RunMode.RUN,
            )
        except HydraException as error:
            raise CannotCompose(_reason(error)) from error
        loaded = {entry.config_path for entry in found.defaults}
        return {
            choice.get_override_key(): split_key(choice.get_final_package())
            for choice in _chosen(found.defaults_tree)
            if choice.get_config_path() in loaded
        }


@contextmanager
def current(composed: DictConfig) -> Iterator[None]:
    """As in a job of this configuration: `${hydra:…}` looks at the process's HydraConfig."""
    holder: Any = HydraConfig.instance()
    before = holder.cfg
    holder.cfg = composed
    try:
        yield
    finally:
        holder.cfg = before


def _leaves(composed: DictConfig, task: DictConfig) -> Mapping[Path, Any]:
    with current(composed):
        return dict(leaves(_resolved(task)))


def typed_for_hydra(hydra: DictConfig) -> list[str]:
    """The overrides of Hydra's own node as they were typed: the job's number in one can't be resolved yet."""
    node: Any = OmegaConf.select(hydra, "overrides.hydra")
    texts: Any = [] if node is None else OmegaConf.to_container(node, resolve=False)
    return [str(text) for text in texts]


def task_part(composed: DictConfig) -> DictConfig:
    """The configuration without Hydra's own node, as a job's task gets it."""
    inside: Any = composed.__dict__
    content = inside["_content"]
    # Hydra's node is the larger part by far, and OmegaConf copies deeply: it stays out meanwhile.
    inside["_content"] = {key: node for key, node in content.items() if key != "hydra"}
    try:
        return copy.copy(composed)
    finally:
        inside["_content"] = content


def _chosen(tree: DefaultsTreeNode | InputDefault) -> Iterator[GroupDefault]:
    """Each group's choice in a tree of defaults lists, with or without a defaults list of its own."""
    node = tree.node if isinstance(tree, DefaultsTreeNode) else tree
    if isinstance(node, GroupDefault) and node.get_name() is not None:
        yield node
    for child in (tree.children or []) if isinstance(tree, DefaultsTreeNode) else []:
        yield from _chosen(child)


def plain(config: DictConfig) -> Mapping[str, Any]:
    """The unresolved container of a configuration; `???` and interpolations stay text.

    Raises
    ------
    CannotCompose
        If two keys of a mapping differ in their type alone.
    """
    container = OmegaConf.to_container(config, resolve=False)
    assert isinstance(container, dict)
    refuse_twins(container)
    return dict(keyed(container))


def _resolved(task: DictConfig) -> Any:
    try:
        return OmegaConf.to_container(task, resolve=True)
    except Exception:  # noqa: BLE001 - a user's resolver may raise anything; its leaf alone stays unresolved
        return _resolved_by_leaf(task)


def _resolved_by_leaf(node: Any) -> Any:
    if OmegaConf.is_dict(node):
        return {key: _child(node, key) for key in node}
    if OmegaConf.is_list(node):
        return [_child(node, index) for index in range(len(node))]
    return node


def _child(node: Any, key: Any) -> Any:
    try:
        if OmegaConf.is_missing(node, key):
            return "???"
        return _resolved_by_leaf(node[key])
    except Exception:  # noqa: BLE001 - see _resolved
        return Unresolved(str(OmegaConf.to_container(node, resolve=False)[key]))  # type: ignore[index]


def _around(composed: DictConfig) -> Mapping[str, Any]:
    """Hydra's node without what differs from job to job by itself."""
    node = OmegaConf.to_container(composed.hydra, resolve=False)
    assert isinstance(node, dict)
    kept = {str(key): value for key, value in node.items() if key not in ("runtime", "overrides")}
    kept["job"] = {key: value for key, value in node["job"].items() if key != "override_dirname"}
    return {"hydra": kept}


def _choices(composed: DictConfig) -> Mapping[str, str | None]:
    choices = OmegaConf.to_container(composed.hydra.runtime.choices)
    assert isinstance(choices, dict)
    return {
        str(key): None if value is None else str(value)
        for key, value in choices.items()
        if not str(key).startswith("hydra/")
    }


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, Unresolved) and isinstance(other, Unresolved):
        return one.text == other.text
    return same(one, other)


def _reason(error: BaseException) -> str:
    """Hydra's and OmegaConf's messages as one line, without tails that repeat the config's type."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        for line in str(current).splitlines():
            text = line.strip()
            if text == "Config search path:":
                break
            noise = not text or text.startswith(("full_key:", "object_type=", "reference_type=")) or "hydra.cc" in text
            if not noise and text not in parts:
                parts.append(text)
        current = current.__cause__
    return " ".join(parts)
