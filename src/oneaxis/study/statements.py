"""What a program's own files do at their top, read without running them: imports, and statements that act.

A statement that acts calls something for its effect, or sets an attribute or an item: `torch.set_default_dtype(…)`,
`os.environ["X"] = "1"`. Definitions, and names that are given a value, only prepare.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Where a module is looked for is compared by itself; a filter of warnings is no setting that an import reads.
_NO_ACT = frozenset(
    (
        "sys.path.append", "sys.path.insert", "sys.path.extend", "warnings.filterwarnings", "warnings.simplefilter",
        "print",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A statement at the top of one of the program's files."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{os.path.relpath(self.file)}:{self.line} `{self.text}`"


@dataclass(frozen=True)
class LateImport:
    """An installed module that a program imports below a statement that acts: it may see what that one did."""

    module: str
    below: Statement


def acts(script: Path, until: int) -> tuple[Statement, ...]:
    """The statements of a script that act, those under its `__name__` guard included, above the line `until`."""
    reader = _Reader(script.parent)
    reader.read(script, until=until)
    return tuple(reader.acted)


def late_import(script: Path, until: int, folder: Path) -> LateImport | None:
    """The first installed module that is imported below a statement that acts, in the order of running.

    Modules that lie in `folder` are the program's own, and read in their turn. What stands at the line `until` of the
    script, or below it, is left out: it has started Hydra there.
    """
    reader = _Reader(folder, follow=True)
    reader.read(script, until=until)
    return reader.late


class _Reader:
    def __init__(self, folder: Path, *, follow: bool = False) -> None:
        self.acted: list[Statement] = []
        self.late: LateImport | None = None
        self._folder = folder
        self._follow = follow
        self._imported: set[str] = set()
        self._read: set[Path] = set()

    def read(self, file: Path, *, until: int | None = None) -> None:
        if file in self._read:
            return
        self._read.add(file)
        try:
            tree = ast.parse(file.read_bytes())
        except (OSError, SyntaxError, ValueError):
            return
        for statement in _flat(tree.body):
            if until is not None and statement.lineno >= until:
                return
            if until is not None and (statement.end_lineno or 0) >= until and not hasattr(statement, "body"):
                return
            for name in _imports(statement) if self._follow else ():
                self._import(name)
            if _acts(statement):
                self.acted.append(Statement(str(file), statement.lineno, ast.unparse(statement).splitlines()[0][:60]))

    def _import(self, name: str) -> None:
        root = name.partition(".")[0]
        base = self._folder.joinpath(*name.split("."))
        own = [place for place in (base.with_suffix(".py"), base / "__init__.py") if place.is_file()]
        if own or (self._folder / root).is_dir():
            for file in own:
                self.read(file)
        elif root not in self._imported:
            self._imported.add(root)
            if self.acted and self.late is None:
                self.late = LateImport(name, self.acted[0])


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements in their order, those within conditions and blocks at the place of these."""
    for node in body:
        yield node
        for field in ("body", "handlers", "orelse", "finalbody"):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                for part in getattr(node, field, []):
                    yield from _flat(part.body if isinstance(part, ast.ExceptHandler) else [part])


def _imports(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def _acts(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func) not in _NO_ACT
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Delete)):
        targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
        return any(isinstance(part, (ast.Attribute, ast.Subscript)) for target in targets for part in _parts(target))
    return False


def _parts(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, (ast.Tuple, ast.List)) else [target]
