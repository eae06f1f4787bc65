"""`conf/lineage.yaml`: the chain of references, each step with its evidence; meant for version control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from oneaxis.errors import BadRecord
from oneaxis.loop.bystanders import LINEAGE_FILE

HEAD = """# The chain of references: what each promotion changed, and what it was measured to bring.
# Written by `oneaxis promote`, read by `oneaxis lineage`; it belongs into version control.
"""


@dataclass(frozen=True)
class Step:
    """One promotion. `effect` holds mean, low, high, confidence and n of the fresh seeds' differences."""

    config: str
    parent: str
    child: str
    change: tuple[str, ...]
    before: Mapping[str, Any]
    metric: str
    direction: str | None
    effect: Mapping[str, Any]
    values: Mapping[str, float]
    seeds: tuple[int, ...]
    study: str
    time: str
    raw: Mapping[str, Any]

    @property
    def forced(self) -> str | None:
        reason = self.raw.get("forced")
        return None if reason is None else str(reason)

    @property
    def gain(self) -> float | None:
        """The effect in the direction that is better."""
        mean = self.effect.get("mean")
        if mean is None:
            return None
        return -float(mean) if self.direction == "minimize" else float(mean)


def lineage_file(conf: Path) -> Path:
    return conf / LINEAGE_FILE


def read_lineage(conf: Path, config: str | None = None) -> tuple[Step, ...]:
    """The steps of a folder's lineage, oldest first; with `config` those of one primary config.

    Raises
    ------
    BadRecord
        If the file is damaged; the message says where.
    """
    path = lineage_file(conf)
    try:
        content = yaml.safe_load(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (yaml.YAMLError, ValueError) as error:
        raise BadRecord(f"{path} is damaged: {' '.join(str(error).split())}; mend it by hand") from error
    if content is None:
        return ()
    try:
        steps = tuple(_step(entry) for entry in content)
    except (KeyError, TypeError, ValueError) as error:
        raise BadRecord(f"{path}: an entry lacks or misnames a field ({error}); mend it by hand") from error
    return tuple(step for step in steps if config in (None, step.config))


def appended(conf: Path, entry: Mapping[str, Any]) -> tuple[bytes | None, bytes]:
    """The lineage's bytes before and after an entry is added; what stands there stays as it is."""
    path = lineage_file(conf)
    old = path.read_bytes() if path.is_file() else None
    text = yaml.safe_dump([_plain(entry)], sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)
    start = HEAD.encode() if old is None else old
    gap = b"" if start.endswith(b"\n") or not start else b"\n"
    return old, start + gap + text.encode()


def _step(entry: Any) -> Step:
    return Step(
        config=str(entry["config"]),
        parent=str(entry["parent"]),
        child=str(entry["child"]),
        change=tuple(map(str, entry["change"])),
        before=dict(entry.get("before") or {}),
        metric=str(entry.get("metric")),
        direction=entry.get("direction"),
        effect=dict(entry.get("effect") or {}),
        values=dict(entry.get("values") or {}),
        seeds=tuple(entry.get("seeds") or ()),
        study=str(entry.get("study")),
        time=str(entry["time"]),
        raw=dict(entry),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return value
