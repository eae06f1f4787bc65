"""Every error that the code can raise, read from its syntax trees: where, of which kind, in which words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
FAILURE = "Failure"  # the reason in a failed trial's record: its kind, then its words
GAP = "…"  # what a message says of the case at hand
# Raised within, and met again by nobody outside: `expression: why`.
INTERNAL = {
    "AttributeError": "how Python asks for a module's names",
    "Closed": "the local launcher's pipes",
    "Terminated": "SIGTERM, told as an interrupt",
    "Unwritten": "a record on a full disk, told by the study",
    "NotADirectoryError": "becomes FolderUnusable",
    "SystemExit": "the exit status",
    "OneAxisStop": "hands any of these errors to Hydra",
}


@dataclass(frozen=True)
class Site:
    """One place that makes an error. `words` are its message, or `module:name` where another place makes that."""

    kind: str
    words: str
    place: str


def sites(source: Path = SOURCE) -> tuple[Site, ...]:
    """All of them, in the order of the files."""
    return tuple(
        site
        for path in sorted(source.rglob("*.py"))
        if "templates" not in path.parts
        for site in _of_module(path, source)
    )


def texts(source: Path = SOURCE) -> frozenset[str]:
    """All that the code may say: every text of two words at least, with a gap for each value."""
    return frozenset(
        re.sub(rf"{GAP}+", GAP, " ".join(text.split()))
        for path in source.rglob("*.py")
        if "templates" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp)
        and len(re.findall(r"[a-z]{2,}", text := _text(node) or "")) > 1
    )


def pattern(words: str) -> re.Pattern[str]:
    """What a message with gaps can look like."""
    return re.compile(".+".join(re.escape(part) for part in words.split(GAP)))


def _of_module(path: Path, source: Path) -> Iterator[Site]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = path.relative_to(source).with_suffix("").as_posix()
    raised = {id(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        kind = ast.unparse(node.func).rpartition(".")[2]
        if kind == FAILURE and len(node.args) > 1:
            kind = _kind(node.args[0])
            yield Site(kind, _words(node.args[1], module, kind), module)
        elif (id(node) in raised and kind not in INTERNAL) or kind in _ours(source):
            yield Site(kind, _words(node.args[0], module, kind), module)


def _ours(source: Path, known: dict[Path, frozenset[str]] = {}) -> frozenset[str]:  # noqa: B006 - read once
    """The names of our own errors: some are handed on as a job's return, never raised."""
    if source not in known:
        errors = source / "oneaxis" / "errors.py"
        tree = ast.parse(errors.read_text(encoding="utf-8")) if errors.exists() else ast.Module([], [])
        known[source] = frozenset(node.name for node in tree.body if isinstance(node, ast.ClassDef))
    return known[source]


def _kind(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) else "own"  # of the task's exception


def _words(node: ast.expr, module: str, kind: str) -> str:
    text = _text(node)
    module = module.removeprefix("oneaxis/")
    if text is None and not (isinstance(node, ast.Call) and ast.unparse(node.func) == "str"):
        return f"{module}:{ast.unparse(node.func if isinstance(node, ast.Call) else node)}"
    if text is None or not re.search(r"[a-z]", text.lower()):  # all of it is of the case at hand
        return f"{module}:{kind}"
    return re.sub(rf"{GAP}+", GAP, " ".join(text.split()))


def _text(node: ast.expr) -> str | None:
    """A message with a gap for each value; None where it is made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or GAP for part in node.values)
    if isinstance(node, ast.BinOp):
        return (_text(node.left) or GAP) + (_text(node.right) or GAP)
    return None
