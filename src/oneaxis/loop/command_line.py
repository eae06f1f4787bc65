"""A study's command line: as it was typed, and taken apart."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from oneaxis.masking import MASK, masked_override, type_yours, without_user
from oneaxis.secret_names import secret
from oneaxis.trial.provenance import entry_point

TRACKING = "hydra.sweeper.tracking="
CONFIG_NAME = ("--config-name", "-cn")
FLAGS_WITH_VALUE = (*CONFIG_NAME, "--config-path", "-cp", "--config-dir", "-cd", "--package", "-p")


def typed_arguments() -> tuple[str, ...]:
    """The process's command line, without secrets; with what the app took out of it before Hydra saw it."""
    return masked_line(whole_line(sys.argv[1:], sys.orig_argv, entry_point()))


def whole_line(left: Sequence[str], started: Sequence[str], entry: Sequence[str]) -> list[str]:
    """What was typed behind the script (or `-m package.train`), if all that is left of it came from there."""
    script = entry[-1]
    for place, text in enumerate(started[1:], 1):
        module = len(entry) > 1 and started[place - 1] == "-m" and text.removesuffix(".__main__") == script
        if module or (len(entry) == 1 and Path(text).absolute() == Path(script).absolute()):
            typed = list(started[place + 1 :])
            rest = iter(typed)
            return typed if all(word in rest for word in left) else list(left)
    return list(left)


def masked_line(words: Sequence[str]) -> tuple[str, ...]:
    """Words of a command line, the secrets among them masked: `--hf-token ***`, `db.password=***`."""
    masked: list[str] = []
    flag = ""
    for word in words:
        hidden = flag.startswith("-") and "=" not in flag and secret(flag.strip("-")) and not word.startswith("-")
        masked.append(MASK if hidden else masked_override(word))
        flag = word
    return tuple(masked)


def shown_line(words: Sequence[str]) -> str:
    """A line to copy; it holds no secret, and says so where one is to be typed."""
    masked = masked_line(words)
    return shlex.join(masked) + type_yours(masked)


def with_values(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """An app, and the values that were named behind it: `train.py api_token=…`."""
    end = len(words)
    while end > 1 and "=" in words[end - 1] and not any(word.startswith("-") for word in words[end - 2 : end]):
        end -= 1
    return tuple(words[:end]), tuple(words[end:])


def secret_wanted(command: Sequence[str], key: str) -> str:
    """What to do about a key without which an app can't be planned, and whose value is a secret."""
    name, app = key.lstrip("+"), shlex.quote(shlex.join([*command, f"{key}=VALUE"]))
    return (
        f"`{name}` was typed and is a secret, which no study keeps; type it again with the app, --app {app}, "
        f"or have the configuration read it from a variable, {name}: ${{oc.env:NAME}}"
    )


def without_store(arguments: Sequence[str]) -> tuple[list[str], str]:
    """What can be typed again: without an address whose password wasn't kept; and what is to be done instead, if so."""
    hidden = [text for text in arguments if text.lstrip("+").startswith(TRACKING) and MASK in text]
    kept = [text for text in arguments if text not in hidden]
    return kept, passwords_belong(hidden[-1].partition("=")[2].strip("'\"")) if hidden else ""


def passwords_belong(address: str) -> str:
    """What to set before a line that reaches this store, whose user and password no line holds."""
    if address.startswith("http"):
        names = "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
        return f"(passwords aren't kept; first set MLFLOW_TRACKING_URI={without_user(address)}, {names})"
    return "(passwords aren't kept; first set MLFLOW_TRACKING_URI to the store's address, or type it again)"


def flags(arguments: Sequence[str]) -> list[str]:
    """What begins with a dash, each of Hydra's flags with its value."""
    return [word for word, flagged in _sorted(arguments) if flagged]


def config_name(arguments: Sequence[str]) -> str | None:
    """The name of the primary config that was chosen; None: the app's own."""
    for place, text in enumerate(arguments):
        flag, equals, name = text.partition("=")
        if flag in CONFIG_NAME:
            return (name if equals else next(iter(arguments[place + 1 :]), "")) or None
    return None


def fixed_key(text: str) -> str | None:
    """The key or group that an override sets to one value; None for a sweep, a deletion, and what is no override."""
    try:
        override = OverridesParser.create().parse_override(text)
    except HydraException:
        return None
    return None if override.is_sweep_override() or override.is_delete() else key_of(override)


def fixed_keys(arguments: Sequence[str]) -> dict[str, str]:
    """What a command line sets in the task's configuration to one value, by the overrides' texts."""
    words = (word for word, flagged in _sorted(arguments) if not flagged)
    tasks = (word for word in words if not word.lstrip("+~").startswith(("hydra.", "hydra/")))
    return {word: key for word in tasks if (key := fixed_key(word)) is not None}


def key_of(override: Override) -> str:
    """A key or group with its package: `model.C`, `db@source`."""
    name = override.key_or_group
    return name if override.package is None else f"{name}@{override.package}"


def _sorted(arguments: Sequence[str]) -> list[tuple[str, bool]]:
    """Each word, and whether it is a flag or a flag's value."""
    found: list[tuple[str, bool]] = []
    takes_value = False
    for word in arguments:
        found.append((word, takes_value or word.startswith("-")))
        takes_value = not takes_value and word in FLAGS_WITH_VALUE
    return found
