"""Earlier studies beside a new one: under the part of `hydra.sweep.dir` that doesn't change from study to study."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from oneaxis.errors import BadRecord
from oneaxis.study.folder import StudyFolder
from oneaxis.trial.codec import has_record
from oneaxis.vocabulary import Study

MOST = 200  # studies looked at, the newest first
_NAMED = re.compile(r"^\$\{(?!now:)[^{}]*\}$|^[^$]*$")


def earlier(config: DictConfig, own: Path) -> Iterator[tuple[StudyFolder, Study]]:
    """The readable studies beside `own`, the newest first; those that can't be read are none."""
    root, depth = fixed_part(config)
    found = sorted(_studies(root, depth), key=lambda pair: -pair[0])
    for _, path in found[:MOST]:
        if path.absolute() == own.absolute():
            continue
        folder = StudyFolder(path.absolute())
        try:
            yield folder, folder.read_study()
        except (BadRecord, OSError):
            continue


def fixed_part(config: DictConfig) -> tuple[Path, int]:
    """The folder that `hydra.sweep.dir` keeps from study to study, and how deep below it studies lie.

    Where nothing in it changes, studies lie beside the one folder that it names.
    """
    raw = OmegaConf.to_container(config.hydra.sweep, resolve=False)
    assert isinstance(raw, dict)
    parts = _split(str(raw["dir"]))
    fixed = 0
    while fixed < len(parts) and _NAMED.match(parts[fixed]):
        fixed += 1
    if fixed == len(parts):
        return Path(str(config.hydra.sweep.dir)).parent, 1
    return Path(_resolved(config, "/".join(parts[:fixed])) or ("/" if str(raw["dir"]).startswith("/") else ".")), (
        len(parts) - fixed
    )


def _resolved(config: DictConfig, text: str) -> str:
    whole = OmegaConf.to_container(config.hydra.sweep, resolve=False)
    assert isinstance(whole, dict)
    with read_write(config), open_dict(config):
        config.hydra.sweep.dir = text
        try:
            return str(config.hydra.sweep.dir)
        finally:
            config.hydra.sweep.dir = whole["dir"]


def _split(text: str) -> list[str]:
    """At slashes, but not within `${…}`."""
    parts, depth = [""], 0
    for place, letter in enumerate(text):
        depth += (letter == "{" and text[place - 1 : place] == "$") - (letter == "}" and depth > 0)
        if letter == "/" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _studies(root: Path, depth: int) -> Iterator[tuple[float, Path]]:
    try:
        entries = [entry for entry in os.scandir(root) if entry.is_dir() and not entry.name.startswith(".")]
    except OSError:
        return
    for entry in entries:
        path = Path(entry.path)
        if depth > 1:
            yield from _studies(path, depth - 1)
        elif (file := StudyFolder(path).study_file).is_file() and not has_record(path):
            yield file.stat().st_mtime, path
