"""Write the pages of docs/reference/ that are made from the code: settings, commands, errors.

python docs/generate.py

What the code can't say of itself stands in settings.yaml and errors.yaml beside them. A test compares.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import yaml

from hydra_plugins.oneaxis.config import PolicySettings, SweeperSettings
from oneaxis.cli import _parser

REFERENCE = Path(__file__).parent / "reference"
NOT_SET = {"_target_", "job", "policy"}  # Hydra's own, set by the sweeper, a group of settings
PREFIX = "hydra.sweeper."


def defaults() -> dict[str, Any]:
    """Every setting below `hydra.sweeper` with its default."""
    found = {}
    for kind, prefix in ((SweeperSettings, ""), (PolicySettings, "policy.")):
        for field in fields(kind):
            if field.name not in NOT_SET:
                found[prefix + field.name] = None if field.default is MISSING else field.default
    return found


def settings_page() -> str:
    told: Mapping[str, Mapping[str, str]] = yaml.safe_load((REFERENCE / "settings.yaml").read_text(encoding="utf-8"))
    known = defaults()
    lines = [
        "# Settings",
        "",
        "All settings of a study are below `hydra.sweeper`: on the command line, in the primary config, or in a file",
        "of `conf/axes/` that begins with `# @package hydra.sweeper`. None of them enters the task's configuration.",
        "Lists and dicts need quotes in a shell: `'hydra.sweeper.carries={model:[data]}'`.",
        "",
    ]
    for name, entry in told.items():
        lines += [f"## `{name}`", "", " ".join(entry["means"].split()), ""]
        lines += [f"- takes: {entry['takes']}", f"- default: {entry.get('shown') or _shown(known[name])}"]
        if "example" in entry:
            lines += [f"- example: `{entry['example']}`"]
        lines.append("")
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def commands() -> dict[str, argparse.ArgumentParser]:
    """`oneaxis`'s commands, as its own parser has them."""
    [group] = [action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    return dict(group.choices)


def commands_page() -> str:
    lines = [
        "# Commands",
        "",
        "Each has `--help`, which says the same. Exit status: 0 good; 1 the answer is no (a trial without a result, a",
        "claim that isn't reproduced, a gate that isn't passed); 2 bad usage, with a line that says what to type. A",
        "command without a folder takes the newest study below the working directory.",
        "",
    ]
    for name, parser in commands().items():
        actions = [action for action in parser._actions if action.dest != "help"]  # noqa: SLF001 - as above
        usage = " ".join([f"oneaxis {name}", *(_usage(action) for action in actions)])
        lines += [f"## `oneaxis {name}`", "", _sentence(str(parser.description)), "", "```text", usage, "```", ""]
        lines += [f"- `{_name(action)}`: {_told(action)}" for action in actions]
        lines.append("")
    return "\n".join(lines)


def _name(action: argparse.Action) -> str:
    value = str(action.metavar or action.dest.upper())
    if not action.option_strings:
        return value
    if action.nargs == 0:
        return action.option_strings[-1]
    choices = "|".join(map(str, action.choices)) if action.choices and action.metavar is None else value
    return f"{action.option_strings[-1]} {choices}"


def _usage(action: argparse.Action) -> str:
    if action.option_strings:
        return f"[{_name(action)}]"
    return {"?": "[{}]", "*": "[{} …]", "+": "{} …"}.get(str(action.nargs), "{}").format(_name(action))


def _told(action: argparse.Action) -> str:
    return str(action.help).replace("%%", "%")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}.".replace("%%", "%")


def errors_page() -> str:
    topics = yaml.safe_load((REFERENCE / "errors.yaml").read_text(encoding="utf-8"))
    lines = [
        "# Every error",
        "",
        "Messages as they are printed, after `oneaxis: `, with `…` for what they say of the case at hand. Most end in",
        "what to type; here is why they come, and what to do. In code, all but those inside a task are",
        "`oneaxis.errors.OneAxisError`.",
        "",
    ]
    for topic in topics:
        lines += [f"## {topic['topic']}", ""]
        lines += [topic["intro"], ""] if "intro" in topic else []
        for entry in topic["errors"]:
            lines += [*_messages(entry), "", f"  {entry['cause']}", "", f"  **To do:** {entry['fix']}", ""]
    return "\n".join(lines)


def _messages(entry: Mapping[str, Any]) -> Iterator[str]:
    """What is printed, a line each; words that another place makes are shown as the entry says."""
    shown = [words for words in entry["words"] if " " in words]
    messages = dict.fromkeys([entry["shows"], *shown] if "shows" in entry else shown)
    for number, words in enumerate(messages):
        more = " \\" if number + 1 < len(messages) else ""
        yield f"{'  ' if number else '- '}{_code(words)}{more}"


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


PAGES = {"settings.md": settings_page, "commands.md": commands_page, "errors.md": errors_page}
NOTE = "<!-- Made by docs/generate.py; edit what it reads. -->\n\n"


def main() -> int:
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(NOTE + page().rstrip("\n") + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
