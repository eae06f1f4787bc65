"""What a program's own files do at their top, read without running them: imports, and statements that act.

A statement that acts calls something for its effect, or sets an attribute or an item: `torch.set_default_dtype(…)`,
`os.environ["X"] = "1"`. Definitions, and names that are given a value, only prepare.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from oneaxis.trial.installed import place_of
from oneaxis.trial.loaded import MAIN

# Where a module is looked for is compared by itself; a filter of warnings is no setting that an import reads.
_NO_ACT = frozenset(
    (
        "sys.path.append", "sys.path.insert", "sys.path.extend", "warnings.filterwarnings", "warnings.simplefilter",
        "print",
    )
)  # fmt: skip
# Blocks that leave nothing for an import inside of them to see.
_NO_ENTRY = frozenset(("suppress", "contextlib.suppress", "catch_warnings", "warnings.catch_warnings", "open"))
# A call whose value is used acts, too, where its name says so: `generator = torch.manual_seed(0)`.
_ACTING = re.compile(
    "(set|use)_.+|(manual_seed|seed|init|initiali[sz]e|configure|setup|enable|disable|patch|install|load_dotenv)(_.+)?"
)
# Every trial's process has these before the program's first line, and nothing of the program moves them.
_ALWAYS_THERE = frozenset(("hydra", "omegaconf", "oneaxis", "hydra_plugins"))


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
    reader = _Reader({})
    reader.read(script, until=until)
    return tuple(reader.acted)


def late_import(script: Path, until: int, modules: Mapping[str, str], package: str = "") -> LateImport | None:
    """The first installed module that is imported below a statement that acts, in the order of running.

    `modules` are the files of those that the program has loaded: its own ones are read in their turn, with the bodies
    of functions that they call. What stands below the line `until` of the script is left out: it has started Hydra
    there. `package` is the script's, with `python -m`.
    """
    reader = _Reader(modules)
    reader.import_(package)
    reader.read(script, package=package, until=until)
    return reader.late


class _Reader:
    def __init__(self, modules: Mapping[str, str]) -> None:
        self.acted: list[Statement] = []
        self.late: LateImport | None = None
        self._modules = modules
        self._imported: set[str] = set()
        self._read: set[str] = {MAIN}
        self._functions: dict[str, tuple[ast.FunctionDef, Path, str]] = {}
        self._entered: set[str] = set()

    def read(self, file: Path, *, package: str = "", until: int | None = None) -> None:
        try:
            tree = ast.parse(file.read_bytes())
        except (OSError, SyntaxError, ValueError):
            return
        for statement in _flat(tree.body):
            last = until is not None and (
                statement.lineno >= until or ((statement.end_lineno or 0) >= until and not hasattr(statement, "body"))
            )
            if until is not None and statement.lineno > until:
                return
            self._take(statement, file, package, last=last)
            if last:
                return

    def _take(self, statement: ast.stmt, file: Path, package: str, *, last: bool = False) -> None:
        if isinstance(statement, ast.FunctionDef) and not (statement.decorator_list or statement.col_offset):
            self._functions[statement.name] = statement, file, package
        for name in _imports(statement, package):
            self.import_(name)
        called = {_name(call).rpartition(".")[2] for call in _calls(statement)} & self._functions.keys()
        for name in sorted(called - self._entered) if self._modules else ():
            self._entered.add(name)
            function, its_file, its_package = self._functions[name]
            for inner in _flat(function.body):
                self._take(inner, its_file, its_package)
        if not last and _acts(statement, read=called):
            self.acted.append(Statement(str(file), statement.lineno, ast.unparse(statement).splitlines()[0][:60]))

    def import_(self, name: str) -> None:
        parts = name.split(".")
        for module in (".".join(parts[:length]) for length in range(1, len(parts) + 1)):
            file = self._modules.get(module, "")
            if module in self._read or not file.startswith(os.sep):
                continue  # a name in a module, or one that wasn't imported after all
            self._read.add(module)
            place = place_of(file)
            if place is None:
                inside = Path(file).name == "__init__.py"
                self.read(Path(file), package=module if inside else module.rpartition(".")[0])
            elif place and parts[0] not in self._imported | _ALWAYS_THERE:
                self._imported.add(parts[0])
                if self.acted and self.late is None:
                    self.late = LateImport(name, self.acted[0])


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements in their order, those within conditions, blocks and classes at the place of these."""
    for node in body:
        yield node
        if isinstance(node, ast.Match):
            yield from (inner for case in node.cases for inner in _flat(case.body))
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for field in ("body", "handlers", "orelse", "finalbody"):
                for part in getattr(node, field, []):
                    yield from _flat(part.body if isinstance(part, ast.ExceptHandler) else [part])


def _imports(node: ast.stmt, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)
    for call in _calls(node):
        if _name(call).endswith(("import_module", "__import__")) and call.args:
            named = call.args[0]
            yield from [named.value] if isinstance(named, ast.Constant) and isinstance(named.value, str) else []


def _acts(node: ast.stmt, read: AbstractSet[str]) -> bool:
    """Whether a statement acts; the bodies of functions that it calls by the names `read` are read by themselves."""
    calls = {_name(call) for call in _calls(node)}
    if isinstance(node, ast.Expr):
        return bool(calls - _NO_ACT) and not (isinstance(node.value, ast.Call) and _name(node.value) in _NO_ACT)
    if isinstance(node, (ast.With, ast.AsyncWith)) and calls - _NO_ENTRY:
        return True
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]
        if any(isinstance(part, (ast.Attribute, ast.Subscript)) for target in targets for part in _parts(target)):
            return True
    return any(_ACTING.fullmatch(name) for name in {name.rpartition(".")[2] for name in calls} - read)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that a statement itself makes: not those of statements in it, nor of what it only defines."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, (ast.stmt, ast.Lambda, ast.ExceptHandler, ast.match_case)):
            yield from [part] if isinstance(part, ast.Call) else []
            yield from _calls(part)


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _parts(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, (ast.Tuple, ast.List)) else [target]
