"""What the bench measured, kept from run to run, and its tables."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from measure import Timing
from rows import ROWS, Row
from variants import VARIANTS, Variant, medium, small

FLOOR = "floor-2"


@dataclass(frozen=True)
class Kept:
    """By row: values of its rounds, or what it lacks; by workload: the timings of each round. Each with its machine."""

    rows: Mapping[str, Mapping[str, Any]]
    loads: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Self:
        content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"rows": {}, "loads": {}}
        return cls(content["rows"], content["loads"])

    @classmethod
    def of(
        cls,
        rounds: Sequence[Mapping[str, Mapping[str, Timing]]],
        *,
        complete: Sequence[str],
        rows: Sequence[Row],
        values: Mapping[str, Sequence[float]],
        lacking: Mapping[str, str],
        slowness: float,
        machine: str,
    ) -> Self:
        """What this run measured; of a workload that not all variants ran, each that did apart, beside its floor."""
        about = {"slowness": round(slowness, 2), "machine": machine}
        return cls(
            {
                row.name: {"values": list(values[row.name]), "lacks": lacking.get(row.name), **about}
                for row in rows
                if values[row.name] or row.name in lacking
            },
            {
                name: {
                    "rounds": [{variant: asdict(timing) for variant, timing in one[name].items()} for one in rounds],
                    **about,
                }
                if name in complete
                else {"rounds": [], "apart": _apart([one[name] for one in rounds], about), **about}
                for name in (rounds[0] if rounds else ())
            },
        )

    def with_news(self, news: Kept) -> Kept:
        measured = {name: row for name, row in news.rows.items() if row["values"] or name not in self.rows}
        loads = dict(self.loads)
        for name, load in news.loads.items():
            before = loads.get(name)
            if load["rounds"] or before is None:
                loads[name] = load
                continue
            # What all variants ran together says more than one that ran apart.
            known = set().union(*before["rounds"])
            late = {variant: found for variant, found in load["apart"].items() if variant not in known}
            if late:
                loads[name] = {**before, "apart": {**before.get("apart", {}), **late}}
        return Kept({**self.rows, **measured}, loads)

    def write(self, path: Path) -> None:
        content = {"rows": self.rows, "loads": self.loads}
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    def machines(self) -> str:
        """When and where the workloads were timed: not where this process runs, if it timed something else."""
        return "; ".join(dict.fromkeys(str(load["machine"]) for load in self.loads.values()))

    def shares(self) -> dict[str, dict[str, list[float]]]:
        """By workload and variant's caption: its wall over the floor of the same round."""
        found = {}
        for name, load in self.loads.items():
            ran = [variant for variant in VARIANTS if any(variant.name in one for one in load["rounds"])]
            found[name] = {variant.caption: _ratios(variant.name, load["rounds"]) for variant in ran}
        return found


def report(kept: Kept) -> str:
    """Both tables of rows, and a table a workload."""
    texts = []
    for felt, title in ((True, "what users feel"), (False, "rows that must not slip")):
        if chosen := [row for row in ROWS if row.felt == felt and row.name in kept.rows]:
            texts.append(_rows_table(title, chosen, kept.rows))
    loads = [load for load in (small(), medium()) if load.name in kept.loads]
    texts.extend(_load_table(f"{load.name}: {len(load.values)} jobs", kept.loads[load.name]) for load in loads)
    texts.append(
        "Values are medians [least–most] of the rounds. A target in seconds was set on a machine whose floor of W1 was "
        "1.07 s; *here* is that target times how much slower this machine was in the same run."
    )
    return "\n\n".join(texts) + "\n"


def _rows_table(title: str, rows: Sequence[Row], kept: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        f"| {title} | measured | target | here | met | today's best other | when |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        found = kept[row.name]
        slowness = found["slowness"]
        here = f"{row.limit * slowness:.3g} {row.unit}" if row.timed else ""
        if found["values"]:
            met = "pass" if row.met(statistics.median(found["values"]), slowness) else "FAIL"
            measured = f"{_spread(found['values'])} {row.unit}".rstrip()
        else:
            met, measured = "–", found["lacks"] or "not measured"
        when = found["machine"].partition(",")[0]
        lines.append(f"| {row.caption} | {measured} | {row.target} | {here} | {met} | {row.other} | {when} |")
    return "\n".join(lines)


def _load_table(title: str, load: Mapping[str, Any]) -> str:
    rounds = load["rounds"]
    lines = [
        f"{title}, {len(rounds)} rounds; {load['machine']}, {load['slowness']} × slower",
        "",
        "| variant | wall s | CPU s | × floor | recorded runs, params, metrics |",
        "|---|---|---|---|---|",
    ]
    for variant in VARIANTS:
        timings = [one[variant.name] for one in rounds if variant.name in one]
        if not timings and variant.name in load.get("apart", {}):
            lines.append(_apart_line(variant, load["apart"][variant.name]))
            continue
        if not timings:
            lines.append(f"| {variant.caption} | not timed: it failed, or {variant.needs} isn't installed | | | |")
            continue
        last = timings[-1]
        counted = f"{last['runs']}, {last['params']}, {last['metrics']}" if variant.recorded else "none"
        cpu = statistics.median(timing["cpu"] for timing in timings)
        ratio = statistics.median(_ratios(variant.name, rounds))
        lines.append(f"| {variant.caption} | {_spread(map(_wall, timings))} | {cpu:.1f} | {ratio:.2f} | {counted} |")
    return "\n".join(lines)


def _apart(rounds: Sequence[Mapping[str, Timing]], about: Mapping[str, Any]) -> dict[str, Any]:
    names = dict.fromkeys(name for one in rounds for name in one if name != FLOOR)
    return {
        name: {"rounds": [{key: asdict(one[key]) for key in (FLOOR, name)} for one in rounds if name in one], **about}
        for name in names
    }


def _apart_line(variant: Variant, found: Mapping[str, Any]) -> str:
    timings = [one[variant.name] for one in found["rounds"]]
    last = timings[-1]
    ratio = statistics.median(_ratios(variant.name, found["rounds"]))
    cpu = statistics.median(timing["cpu"] for timing in timings)
    counted = f"{last['runs']}, {last['params']}, {last['metrics']}"
    apart = f"{counted}; apart, {found['machine']}, {found['slowness']} × slower"
    return f"| {variant.caption} | {_spread(map(_wall, timings))} | {cpu:.1f} | {ratio:.2f} | {apart} |"


def _wall(timing: Mapping[str, Any]) -> float:
    return float(timing["wall"] if timing["inner"] is None else timing["inner"])


def _ratios(name: str, rounds: Sequence[Mapping[str, Mapping[str, Any]]]) -> list[float]:
    """A variant's wall over the floor of the same round."""
    return [_wall(one[name]) / one[FLOOR]["inner"] for one in rounds if name in one]


def _spread(found: Any) -> str:
    values = list(found)
    middle = f"{statistics.median(values):.3g}"
    return middle if len(values) == 1 else f"{middle} [{min(values):.3g}–{max(values):.3g}]"
