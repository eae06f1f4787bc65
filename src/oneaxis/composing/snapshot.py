"""Compose from a snapshot of the configuration files: read once, merged once, frozen for the whole study.

The one module that reaches into Hydra's loader by private names. They are those of Hydra 1.3; its first results
are compared with Hydra's own, and on any difference, error or other version Hydra's own loader is used.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Self

import cloudpickle
import hydra
from hydra._internal import config_loader_impl
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository, ConfigRepository, IConfigRepository
from hydra._internal.defaults_list import DefaultsList
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.default_element import ResultDefault
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.types import Override
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, OmegaConf

from oneaxis.canonical import same
from oneaxis.composing.parsing import RememberingParser

KNOWN = "1.3."  # Hydra's versions that these private names were read in


class SnapshotLoader(ConfigLoaderImpl):
    """Hydra's own loader, over files that are read once.

    `primary` is the primary config, `typed` what was typed for Hydra's own node: both may add to the search path.
    """

    def __init__(self, original: ConfigLoaderImpl, primary: str | None = None, typed: Sequence[str] = ()) -> None:
        self.__dict__.update(original.__dict__)
        self.repository = _SnapshotRepository(original.config_search_path)
        self._primary = primary
        self._typed = [text for text in typed if "hydra.searchpath" in text]
        self._merged: dict[Any, bytes] = {}
        self._chosen: dict[Any, bytes] = {}
        self._parser = RememberingParser()
        self._was_there = False

    def ensure_main_config_source_available(self) -> None:
        """Look for the folder of configuration files once: a job's machine may not have it, and needs none of it."""
        if not self._was_there:
            super().ensure_main_config_source_available()
            self._was_there = True

    @cached_property
    def searched(self) -> IConfigRepository:
        """What a composition reads from: `repository`, and what the primary config has Hydra search as well."""
        return self._parse_overrides_and_create_caching_repo(self._primary, self._typed)[1]

    def get_group_options(
        self,
        group_name: str,
        results_filter: ObjectType | None = ObjectType.CONFIG,
        config_name: str | None = None,  # noqa: ARG002 - Hydra's signature; ours knows it
        overrides: list[str] | None = None,  # noqa: ARG002 - as above
    ) -> list[str]:
        return list(self.searched.get_group_options(group_name, results_filter))

    def _parse_overrides_and_create_caching_repo(
        self, config_name: str | None, overrides: list[str]
    ) -> tuple[list[Override], CachingConfigRepository]:
        parsed = self._parser.parse(overrides)
        repo = CachingConfigRepository(self.repository)
        self._process_config_searchpath(config_name, parsed, repo)
        return parsed, repo

    def _load_configuration_impl(self, *arguments: Any, **options: Any) -> DictConfig:
        with self._remembering_choices():
            return super()._load_configuration_impl(*arguments, **options)

    def compute_defaults_list(self, *arguments: Any, **options: Any) -> DefaultsList:
        with self._remembering_choices():
            return super().compute_defaults_list(*arguments, **options)

    @contextmanager
    def _remembering_choices(self) -> Iterator[None]:
        """Within this block, Hydra's loader asks here for the list of what it is to merge."""
        module: Any = config_loader_impl
        original = module.create_defaults_list

        def create(
            repo: IConfigRepository,
            config_name: str | None,
            overrides_list: Sequence[Override],
            prepend_hydra: bool,  # noqa: FBT001 - Hydra's signature
            skip_missing: bool,  # noqa: FBT001 - as above
        ) -> DefaultsList:
            groups, values = _sorted(repo, overrides_list)
            key = (_sources(repo), config_name, prepend_hydra, skip_missing, groups)
            if key not in self._chosen:
                made = original(repo, config_name, list(overrides_list), prepend_hydra, skip_missing)
                made.config_overrides = made.overrides.config_overrides = []
                # Bytes, because Hydra changes such lists in place.
                self._chosen[key] = pickle.dumps(made)
            found: DefaultsList = pickle.loads(self._chosen[key])  # noqa: S301 - our own bytes, a line above
            found.config_overrides = found.overrides.config_overrides = values
            return found

        module.create_defaults_list = create
        try:
            yield
        finally:
            module.create_defaults_list = original

    def _compose_config_from_defaults_list(self, defaults: list[ResultDefault], repo: IConfigRepository) -> DictConfig:
        key = (_sources(repo), tuple(_identity(default) for default in defaults))
        if key not in self._merged:
            merged = super()._compose_config_from_defaults_list(defaults=defaults, repo=repo)
            # Bytes, because what is composed from them is changed in place.
            self._merged[key] = cloudpickle.dumps(merged)
        found: DictConfig = pickle.loads(self._merged[key])  # noqa: S301 - our own bytes, a line above
        return found


class _SnapshotRepository(ConfigRepository):
    """Reads each file once, and remembers which files and groups there are."""

    def __init__(self, config_search_path: ConfigSearchPath) -> None:
        self._remembered: dict[Any, bytes] = {}
        super().__init__(config_search_path)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # Hydra copies the repository at each composition, to change its sources: what was read is shared.
        twin = copy.copy(self)
        twin.sources = list(self.sources)
        return twin

    def load_config(self, config_path: str) -> ConfigResult | None:
        found: ConfigResult | None = self._once(
            ("load", config_path), lambda: ConfigRepository.load_config(self, config_path)
        )
        return found

    def group_exists(self, config_path: str) -> bool:
        key = ("group", config_path)
        return bool(self._once(key, lambda: ConfigRepository.group_exists(self, config_path)))

    def config_exists(self, config_path: str) -> bool:
        key = ("config", config_path)
        return bool(self._once(key, lambda: ConfigRepository.config_exists(self, config_path)))

    def get_group_options(self, group_name: str, results_filter: ObjectType | None = ObjectType.CONFIG) -> list[str]:
        key = ("options", group_name, results_filter)
        return list(self._once(key, lambda: ConfigRepository.get_group_options(self, group_name, results_filter)))

    def _once(self, key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
        where = (_sources(self), *key)
        if where not in self._remembered:
            self._remembered[where] = cloudpickle.dumps(read())
        return pickle.loads(self._remembered[where])  # noqa: S301 - our own bytes, a line above


def take_snapshot(loader: ConfigLoader, master: DictConfig) -> tuple[ConfigLoader, str | None]:
    """A loader that composes from a snapshot; Hydra's own, with the reason, where that isn't safe.

    Files are read when they are first composed, so what a plan has composed is frozen for its jobs.
    """
    if not hydra.__version__.startswith(KNOWN) or type(loader) is not ConfigLoaderImpl:
        return loader, f"Hydra {hydra.__version__} is not one that the snapshot knows"
    try:
        typed = OmegaConf.to_container(master.hydra.overrides.hydra)
        snapshot = SnapshotLoader(loader, master.hydra.job.config_name, [str(text) for text in typed or ()])
    except Exception as error:  # noqa: BLE001 - private names may do anything; Hydra's own loader tells the truth
        return loader, f"{type(error).__name__}: {error}"
    theirs = _composed(loader, master)
    for _ in range(2):  # read from the files, then from memory
        if not same(_composed(snapshot, master), theirs):
            return loader, "it composed another configuration than Hydra itself"
    return snapshot, None


def _composed(loader: ConfigLoader, master: DictConfig) -> Any:
    """The composed container with the order of its keys, or the error."""
    try:
        config = loader.load_sweep_config(master, [])
    except Exception as error:  # noqa: BLE001 - the two must fail alike, too
        return type(error).__qualname__, str(error)
    return list(config), OmegaConf.to_container(config, resolve=False)


def _sorted(repo: IConfigRepository, overrides: Sequence[Override]) -> tuple[tuple[str | None, ...], list[Override]]:
    """The texts that choose groups' options, and the overrides that set values, told apart as Hydra does it.

    Nothing but the former decides what is merged.
    """
    groups: list[str | None] = []
    values: list[Override] = []
    for override in overrides:
        if override.is_sweep_override():
            continue
        if isinstance(override.value(), dict) or not repo.group_exists(override.key_or_group):
            values.append(override)
        else:
            groups.append(override.input_line)
    return tuple(groups), values


def _sources(repository: Any) -> tuple[tuple[str, str], ...]:
    return tuple((source.provider, source.path) for source in repository.get_sources())


def _identity(default: ResultDefault) -> tuple[Any, ...]:
    return default.config_path, default.parent, default.package, default.is_self, default.primary
