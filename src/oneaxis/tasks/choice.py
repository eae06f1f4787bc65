"""Make the object that one file of `conf/` describes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Any

# Keys that say something about a choice and are no argument of the object it makes.
_ABOUT = {"name", "_target_", "keeps_shape"}

Settings = Mapping[str, Any]


def target(group: str, settings: Settings) -> Any:
    """Import what `_target_` names (`package.module.Name`).

    Raises
    ------
    ImportError
        If PyTorch is missing; the one line names the choice and how to install it.
    ValueError
        If the module has no such name.
    """
    module, _, name = str(settings["_target_"]).rpartition(".")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise missing(f"{group}={settings['name']}", "PyTorch") from error
    except AttributeError:
        raise ValueError(f"{group}={settings['name']}: `{group}._target_` names no {name} in {module}") from None


def make(group: str, settings: Settings, *given: Any, seed: int | None = None) -> Any:
    """Make the object: positional arguments as given, the rest from the file.

    With a `seed`, an object that takes a `random_state` gets it, unless the file sets one.
    """
    factory = target(group, settings)
    keywords = {key: value for key, value in settings.items() if key not in _ABOUT}
    if seed is not None and "random_state" in inspect.signature(factory).parameters:
        keywords.setdefault("random_state", seed)
    return factory(*given, **keywords)


def missing(chosen: str, package: str) -> ImportError:
    """Return the error for an optional package that a choice needs."""
    return ImportError(f"{chosen} needs {package}, which is not installed: pip install 'oneaxis[torch]'")
