"""Compose a project's configuration from its files alone, outside of the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import hydra
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from oneaxis.composing.compose import _choices, _reason, plain, task_part
from oneaxis.composing.snapshot import KNOWN, SnapshotLoader
from oneaxis.errors import CannotCompose
from oneaxis.vocabulary import Path, split_key


@dataclass(frozen=True)
class Project:
    """Where a reference's files are: the folder, and the primary config's name in it."""

    conf: File
    config_name: str
    version_base: str | None = None

    @property
    def primary(self) -> File:
        return self.conf / f"{self.config_name.removesuffix('.yaml')}.yaml"


@dataclass(frozen=True)
class Part:
    """One file that a composition merges, and the package its content lands in. Later parts win."""

    file: File
    package: Path
    primary: bool


@dataclass(frozen=True)
class FromFiles:
    """One composed configuration, unresolved; `sweeper` is the node `hydra.sweeper`."""

    config: Mapping[str, Any]
    choices: Mapping[str, str | None]
    sweeper: Mapping[str, Any]


class Files:
    """Composes one state of a project's files, each read once, as Hydra does for a single job."""

    def __init__(self, project: Project) -> None:
        """Raise `CannotCompose` if the folder isn't there."""
        self.project = project
        if not project.primary.is_file():
            raise CannotCompose(f"there is no {project.primary}")
        try:
            with hydra.initialize_config_dir(str(project.conf.resolve()), version_base=project.version_base):
                loader: Any = GlobalHydra.instance().config_loader()
        except HydraException as error:
            raise CannotCompose(_reason(error)) from error
        known = hydra.__version__.startswith(KNOWN) and type(loader) is ConfigLoaderImpl
        self._loader = SnapshotLoader(loader, project.config_name.removesuffix(".yaml")) if known else loader

    def __call__(self, overrides: Sequence[str] = (), *, name: str | None = None) -> FromFiles:
        """Compose the primary config, or another one of the folder.

        Raises
        ------
        CannotCompose
            With Hydra's reason; also where the configuration isn't made from files alone (ConfigStore).
        """
        name = (name or self.project.config_name).removesuffix(".yaml")
        try:
            composed = self._loader.load_configuration(name, list(overrides), RunMode.RUN, from_shell=False)
        except (HydraException, OmegaConfBaseException, YAMLError, ValueError, OSError) as error:
            raise CannotCompose(_reason(error)) from error
        return FromFiles(plain(task_part(composed)), _choices(composed), _sweeper(composed))

    def parts(self) -> tuple[Part, ...]:
        """The files that a composition without overrides merges, Hydra's own left out."""
        name = self.project.config_name.removesuffix(".yaml")
        try:
            defaults = self._loader.compute_defaults_list(name, [], RunMode.RUN).defaults
        except (HydraException, OmegaConfBaseException, YAMLError, ValueError, OSError) as error:
            raise CannotCompose(_reason(error)) from error
        return tuple(
            Part(self.project.conf / f"{each.config_path}.yaml", split_key(each.package or ""), bool(each.primary))
            for each in defaults
            if each.config_path is not None and not each.config_path.startswith("hydra/")
        )

    def options(self, group: str) -> tuple[str, ...]:
        return tuple(self._loader.get_group_options(group))


def _sweeper(composed: DictConfig) -> Mapping[str, Any]:
    node = OmegaConf.to_container(composed.hydra.sweeper, resolve=False)
    assert isinstance(node, dict)
    return {str(key): value for key, value in node.items()}
