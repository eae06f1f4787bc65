"""Hydra's override grammar: which overrides are fixed, which are axes, and values back into text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from oneaxis.composing.text import to_text, written
from oneaxis.errors import BadOverride
from oneaxis.vocabulary import Axis, FixedOverride, Kind, Step


@dataclass(frozen=True)
class CommandLine:
    """The task overrides of a study, sorted: what moves the reference, what makes axes.

    `seeds` are the values of a sweep over the seed key, `axes_groups` the groups that choose a file of axes.
    """

    fixed: tuple[FixedOverride, ...]
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...] | None = None
    axes_groups: tuple[str, ...] = ()


class Grammar:
    """Reads override texts with Hydra's own parser."""

    def __init__(self, loader: ConfigLoader, *, carries: Mapping[str, Sequence[str]]) -> None:
        self._loader = loader
        self._parser = OverridesParser.create(loader)
        self._carries = carries

    def command_line(self, texts: Sequence[str], *, seed_key: str) -> CommandLine:
        """Sort the overrides of a command line.

        Raises
        ------
        BadOverride
            For interval and deletion sweeps, an empty sweep, an axis named twice, a sweep over a file of axes.
        """
        fixed: list[FixedOverride] = []
        axes: list[Axis] = []
        seeds: tuple[int, ...] | None = None
        axes_groups: list[str] = []
        for position, override in enumerate(self._parse(texts)):
            key = _key(override)
            if self._chooses_axes(override):
                if override.is_sweep_override():
                    raise BadOverride(
                        f"`{override.input_line}` sweeps over files of axes; choose one: {key}=NAME "
                        "(a study has one set of axes)"
                    )
                axes_groups.append(key)
            if not override.is_sweep_override():
                fixed.append(
                    FixedOverride(
                        text=str(override.input_line),
                        key=key,
                        prefix=_prefix(override),
                        kind=self._kind(override, override.value()),
                        position=position,
                    )
                )
            elif key == seed_key:
                seeds = self._seed_values(self._discrete(override))
            else:
                axes.append(self._axis(override, position))
        _refuse_doubles(axes)
        return CommandLine(tuple(fixed), tuple(axes), seeds, tuple(axes_groups))

    def joined(self, params: Mapping[Any, Any], texts: Sequence[str]) -> list[str]:
        """A command line preceded by what Hydra's basic sweeper has as `params`, as far as the former doesn't say it.

        Sweeps among `params` are an app's own default study: sweeps on the command line replace them all.
        """
        typed = self._parse(texts)
        keys = {_key(override) for override in typed}
        sweeps = any(override.is_sweep_override() for override in typed)
        written_ones = self._parse([f"{key}={value}" for key, value in params.items()])
        kept = [each for each in written_ones if _key(each) not in keys and not (sweeps and each.is_sweep_override())]
        return [*(str(override.input_line) for override in kept), *texts]

    def file_axes(self, axes: Mapping[Any, Any]) -> tuple[Axis, ...]:
        """Axes of `hydra.sweeper.axes`: sweep text, a value, a list of values, or steps."""
        found = [self._file_axis(str(key), spec) for key, spec in axes.items()]
        _refuse_doubles(found)
        return tuple(found)

    def control(self, kind: str, text: str) -> Axis:
        """A control's one override, as an axis with one value.

        Raises
        ------
        BadOverride
            For a sweep or a deletion.
        """
        try:
            [override] = self._parse([text])
        except BadOverride as error:
            raise BadOverride(
                f"hydra.sweeper.controls.{kind}: `{text}` can't be read ({error}); write KEY=VALUE"
            ) from error
        if override.is_sweep_override() or override.is_delete():
            raise BadOverride(f"hydra.sweeper.controls.{kind} is `{text}`; a control is one change to one value")
        key, value = _key(override), override.value()
        return Axis(
            key=key,
            kind=self._kind(override, value),
            candidates=(to_text(value),),
            prefix=_prefix(override),
            carries=tuple(self._carries.get(key, ())),
        )

    def group_header(self, group: str, choice: str) -> str | None:
        """The `@package` header of a group's option; None if it has none."""
        repository = getattr(self._loader, "searched", None) or getattr(self._loader, "repository", None)
        loaded = repository.load_config(f"{group}/{choice}") if repository is not None else None
        return None if loaded is None else loaded.header.get("package")

    def is_group(self, name: str) -> bool:
        return bool(self._loader.get_group_options(name))

    def options(self, group: str) -> list[str]:
        return [str(option) for option in self._loader.get_group_options(group)]

    # -- one override ------------------------------------------------------------------------------

    def _parse(self, texts: Sequence[str]) -> list[Override]:
        try:
            return list(self._parser.parse_overrides(list(texts)))
        except HydraException as error:
            raise BadOverride(_first_lines(error)) from error

    def _kind(self, override: Override, value: Any) -> Kind:
        # As Hydra reads it: `model={width: 3}` sets values, whatever groups there are.
        if isinstance(value, dict):
            return "value"
        return "group" if self.is_group(override.key_or_group) else "value"

    def _chooses_axes(self, override: Override) -> bool:
        group = override.key_or_group
        if override.is_delete() or not self.is_group(group):
            return False
        options = self._loader.get_group_options(group)
        if self.group_header(group, options[0]) == "hydra.sweeper":
            return True
        if group.rpartition("/")[2] == "axes" and override.package is None:
            raise BadOverride(
                f"`{override.input_line}`: the files of `{group}` lack their first line, `# @package hydra.sweeper`; "
                "without it their axes become a part of the task's configuration"
            )
        return False

    def _discrete(self, override: Override) -> Override:
        """The sweep itself, if it has single values to run."""
        text, key = str(override.input_line), _key(override)
        if override.is_delete():
            raise BadOverride(f"`{text}`: a deletion can't be swept; delete one thing: ~{key}")
        if override.is_interval_sweep() or not override.is_discrete_sweep():
            raise BadOverride(
                f"`{text}`: an interval has no single values; list them, {key}=0.1,1 or {key}=range(0,1,0.25)"
            )
        return override

    def _axis(self, override: Override, position: int | None) -> Axis:
        text, key = str(override.input_line), _key(override)
        values = self._values(self._discrete(override))
        if not values:
            raise BadOverride(f"`{text}`: the sweep is empty; give at least one value: {key}=VALUE,VALUE")
        return Axis(
            key=key,
            kind=self._kind(override, values[0]),
            candidates=tuple(to_text(value) for value in values),
            prefix=_prefix(override),
            position=position,
            carries=tuple(self._carries.get(key, ())),
        )

    def _values(self, override: Override) -> list[Any]:
        try:
            # Read once: shuffle() draws anew at each iteration.
            return list(override.sweep_iterator())
        except HydraException as error:
            raise BadOverride(f"`{override.input_line}`: {_first_lines(error)}") from error

    def _seed_values(self, override: Override) -> tuple[int, ...]:
        seeds: list[int] = []
        for value in self._values(override):
            if isinstance(value, bool) or not isinstance(value, int):
                raise BadOverride(f"`{override.input_line}`: seeds are whole numbers, got {value!r}")
            seeds.append(value)
        if not seeds:
            raise BadOverride(f"`{override.input_line}`: the list of seeds is empty")
        return tuple(dict.fromkeys(seeds))

    def _parse_in_file(self, name: str, text: str) -> Override:
        try:
            return self._parse([f"{name}={text}"])[0]
        except BadOverride as error:
            raise BadOverride(
                f"hydra.sweeper.axes: `{name}: {text}` can't be read as sweep text ({error}); "
                f"give a list of values: {name}: [VALUE, VALUE]"
            ) from error

    def _file_axis(self, name: str, spec: Any) -> Axis:
        if isinstance(spec, str):
            override = self._parse_in_file(name, spec)
            if override.is_sweep_override():
                return self._axis(override, None)
        if isinstance(spec, Mapping) and set(map(str, spec)) in ({"times"}, {"plus"}):
            candidates: tuple[str | Step, ...] = _steps(name, spec)
        else:
            values = spec if isinstance(spec, (list, tuple)) else [spec]
            candidates = tuple(written(value) for value in values)
        if not candidates:
            raise BadOverride(f"hydra.sweeper.axes: `{name}` has no values; give a list: {name}: [VALUE, VALUE]")
        first = candidates[0]
        override = self._parse_in_file(name, first if isinstance(first, str) else "1")
        if override.is_delete():
            raise BadOverride(f"hydra.sweeper.axes: `{name}`: a deletion can't be swept")
        return Axis(
            key=_key(override),
            kind=self._kind(override, override.value()),
            candidates=candidates,
            prefix=_prefix(override),
            carries=tuple(self._carries.get(_key(override), ())),
        )


def _steps(name: str, spec: Mapping[Any, Any]) -> tuple[Step, ...]:
    [(kind, amounts)] = spec.items()
    amounts = amounts if isinstance(amounts, (list, tuple)) else [amounts]
    for amount in amounts:
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            raise BadOverride(f"hydra.sweeper.axes: `{name}`: steps are numbers, got {amount!r}")
    return tuple(Step(kind, amount) for amount in amounts)


def _key(override: Override) -> str:
    return override.key_or_group if override.package is None else f"{override.key_or_group}@{override.package}"


def _prefix(override: Override) -> str:
    element = str(override.get_key_element())
    return element[: len(element) - len(_key(override))]


def _refuse_doubles(axes: Sequence[Axis]) -> None:
    seen: set[str] = set()
    for axis in axes:
        if axis.key in seen:
            raise BadOverride(f"axis `{axis.key}` is named twice; put all its values into one: {axis.key}=A,B,C")
        seen.add(axis.key)


def _first_lines(error: Exception) -> str:
    """Hydra's reason without its help link."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and "hydra.cc" not in line]
    return " ".join(lines)
