"""From clean environments: the wheel installs, and a new project's study runs, whatever it was installed with.

python tests/matrix.py                           every environment (an hour, gigabytes with PyTorch)
python tests/matrix.py --only 'none-*'           those whose names match
python tests/matrix.py --python PATH …           with these interpreters, instead of those found on PATH
python tests/matrix.py --list                    the names, nothing run

`newest` is what an installer takes of its own accord; `lowest` is what pyproject.toml declares as the lowest of each
dependency, on the oldest Python, which is the only one that all of them have wheels for. pytest doesn't collect this.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SHOWN = ("hydra-core", "omegaconf", "mlflow", "numpy", "scikit-learn", "scipy", "matplotlib")
SKLEARN = "model.max_depth=choice(4)"
TORCH = ("training.lr=choice(0.1)", "training.epochs=1")


class Smoke(NamedTuple):
    """What an extra promises: modules to import, a framework for the project, words for its study."""

    modules: tuple[str, ...] = ()
    framework: str = "sklearn"
    words: tuple[str, ...] = (SKLEARN,)


EXTRAS = {
    "none": Smoke(),
    "joblib": Smoke(("joblib",), words=(SKLEARN, "hydra/launcher=joblib")),
    "submitit": Smoke(("submitit",), words=(SKLEARN, "hydra/launcher=submitit_local")),
    "ray": Smoke(("ray",), words=(SKLEARN, "hydra/launcher=ray")),
    "torch": Smoke(("torch", "mnist1d"), "torch", TORCH),
    "bench": Smoke(("optuna",)),
    "bench-ray": Smoke(("ray.tune",)),
    "docs": Smoke(("sphinx", "furo", "myst_parser")),
}
assert EXTRAS.keys() - {"none"} == PROJECT["optional-dependencies"].keys() - {"test"}  # `make test` installs that one


class Failed(Exception):
    """A step of an environment failed; the message is for its line, `details` for below it."""

    def __init__(self, step: str, details: str = ""):
        super().__init__(step)
        self.details = details


@dataclass(frozen=True)
class Python:
    path: str
    version: tuple[int, ...]

    @property
    def name(self) -> str:
        return ".".join(map(str, self.version[:2]))


@dataclass(frozen=True)
class Environment:
    python: Python
    extra: str = "none"
    lowest: bool = False
    sdist: bool = False

    @property
    def name(self) -> str:
        how = "lowest-" if self.lowest else "sdist-" if self.sdist else ""
        return f"{how}{self.extra}-{self.python.name}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Install the wheel into clean environments and run a study in each.")
    parser.add_argument("--only", metavar="NAME", nargs="+", default=["*"], help="environments, by name or pattern")
    parser.add_argument("--python", metavar="PATH", nargs="+", help="default: python3.11 and newer on PATH")
    parser.add_argument("--folder", type=Path, help="where to build and install, and keep it; default: a temporary one")
    parser.add_argument("--list", action="store_true", help="only say the environments' names")
    given = parser.parse_args()
    chosen = [each for each in environments(pythons(given.python)) if any(fnmatch(each.name, p) for p in given.only)]
    if given.list or not chosen:
        print("\n".join(each.name for each in chosen) or f"no environment is named {' or '.join(given.only)}")
        return not chosen
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="oneaxis-matrix-")))
        wheel, sdist = build(folder / "dist")
        passed = [report(each, folder.resolve() / each.name, sdist if each.sdist else wheel) for each in chosen]
    print(f"{passed.count(True)} of {len(passed)} environments passed")
    return not all(passed)


def pythons(paths: list[str] | None) -> list[Python]:
    lowest = int(re.search(r">=3\.(\d+)", PROJECT["requires-python"]).group(1))
    found = {}
    for path in paths or filter(None, (shutil.which(f"python3.{minor}") for minor in range(lowest, lowest + 10))):
        # A version manager's shim is there for versions that it doesn't run.
        said = subprocess.run(
            [path, "-c", "import sys; print(*sys.version_info[:3])"], check=False, capture_output=True, text=True
        )
        if said.returncode == 0:
            python = Python(path, tuple(map(int, said.stdout.split())))
            found.setdefault(python.version[:2], python)
        elif paths:
            raise SystemExit(f"{path} doesn't run: {said.stderr}")
    if not found:
        raise SystemExit(f"no Python 3.{lowest} or newer on PATH; give one with --python")
    return [found[version] for version in sorted(found)]


def environments(pythons: list[Python]) -> Iterator[Environment]:
    """The likeliest to fail come first."""
    oldest, *_ = pythons
    for python in reversed(pythons):
        yield Environment(python)
    yield Environment(oldest, lowest=True)
    yield Environment(oldest, sdist=True)
    extras = [extra for extra in EXTRAS if extra != "none"]
    for extra in extras:
        for python in pythons:
            yield Environment(python, extra)
    for extra in extras:
        yield Environment(oldest, extra, lowest=True)


def build(folder: Path) -> tuple[Path, Path]:
    """The wheel is built from the sdist, so that one that lacks a file isn't built."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT), step="build")
    [wheel], [sdist] = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def report(environment: Environment, folder: Path, package: Path) -> bool:
    versions: dict[str, str] = {}
    start = time.monotonic()
    try:
        install(environment, folder / "venv", package)
        smoke(EXTRAS[environment.extra], folder, versions)
        result, details = "passed", ""
    except Failed as failed:
        result, details = f"FAILED: {failed}", failed.details
    python = ".".join(map(str, environment.python.version))
    known = " ".join(f"{name} {version}" for name, version in versions.items()) or "nothing installed"
    print(f"{environment.name}: Python {python}, {known}: {result} ({time.monotonic() - start:.0f} s)", flush=True)
    for line in details.splitlines()[-40:]:
        print(f"    {line}", flush=True)
    return not details and result == "passed"


def install(environment: Environment, venv: Path, package: Path) -> None:
    uv = shutil.which("uv") or (f"{sys.executable} -m uv" if find_spec("uv") else None)
    arguments = [str(package) + (f"[{environment.extra}]" if environment.extra != "none" else "")]
    venv.parent.mkdir(parents=True, exist_ok=True)
    if environment.lowest:
        constraints = venv.parent / "lowest.txt"
        constraints.write_text("\n".join(lowest(environment.extra)) + "\n")
        arguments += ["--constraint", str(constraints)]
    if uv:
        run(*uv.split(), "venv", "--clear", "--python", environment.python.path, str(venv), step="venv")
        # Of two sources of one package, take the best version in either, as pip does.
        options = ("--index-strategy", "unsafe-best-match", "--python", str(venv / "bin" / "python"))
        run(*uv.split(), "pip", "install", "--quiet", *options, *arguments, step="install")
    else:
        run(environment.python.path, "-m", "venv", "--clear", str(venv), step="venv")
        run(str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", *arguments, step="install")


def lowest(extra: str) -> Iterator[str]:
    for requirement in PROJECT["dependencies"] + PROJECT["optional-dependencies"].get(extra, []):
        if bound := re.match(r"([\w.-]+)(?:\[[\w,-]*\])?>=([\w.]+)", requirement):
            yield "{}=={}".format(*bound.groups())


VERSIONS = """
import json, sys
from importlib.metadata import version
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""
ROOTS = """
import importlib, sys
from importlib.resources import files
import oneaxis, hydra_plugins.oneaxis
import mlflow.store.tracking.sqlalchemy_store  # compiled now: the mirror gives way to others, and would take long
assert oneaxis.__file__.startswith(sys.prefix), oneaxis.__file__
assert (files("oneaxis") / "py.typed").is_file(), "no typed marker"
modules = sys.argv[1:]
for module in modules:
    importlib.import_module(module)
"""


def smoke(wanted: Smoke, folder: Path, versions: dict[str, str]) -> None:
    binaries = folder / "venv" / "bin"
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)

    def program(name: str, *arguments: str, cwd: Path = project, step: str) -> str:
        return run(str(binaries / name), *arguments, cwd=cwd, step=step)

    # Versions first: they are wanted most when what follows fails.
    versions.update(json.loads(program("python", "-c", VERSIONS, *SHOWN, cwd=folder, step="versions")))
    program("python", "-c", ROOTS, *wanted.modules, cwd=folder, step="import of both roots")
    assert_that("usage: oneaxis" in program("oneaxis", "--help", cwd=folder, step="oneaxis --help"), "help", "no usage")
    program("oneaxis", "init", str(project), "--framework", wanted.framework, cwd=folder, step="oneaxis init")
    # Three seeds, the fewest that a verdict takes, and the parts that draw and calculate.
    said = program("python", "train.py", "-m", *wanted.words, "hydra.sweeper.seeds=3", step="study")
    assert_that("all 6 trials finished" in said, "study", said)
    check_records(project)
    check_mlflow(project / "mlflow.db")
    assert_that("verdict" in (said := program("oneaxis", "compare", step="oneaxis compare")), "oneaxis compare", said)
    program("oneaxis", "report", step="oneaxis report")


def check_records(project: Path) -> None:
    records = [json.loads(path.read_text()) for path in project.glob("outputs/**/record.json")]
    statuses = [record["status"] for record in records]
    assert_that(statuses == ["finished"] * 6, "records", f"their statuses: {statuses}")
    assert_that(all("val_accuracy" in record["metrics"] for record in records), "records", "one has no val_accuracy")


SCORED = "SELECT COUNT(DISTINCT run_uuid) FROM metrics WHERE key = 'val_accuracy'"


def check_mlflow(database: Path) -> None:
    assert_that(database.is_file(), "mlflow.db", "it isn't there")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        runs = connection.execute("SELECT name, status FROM runs").fetchall()
        [scored] = connection.execute(SCORED).fetchone()
    assert_that(len(runs) >= 7 and {status for _, status in runs} == {"FINISHED"}, "mlflow.db", f"its runs: {runs}")
    assert_that(scored >= 6, "mlflow.db", f"{scored} runs have val_accuracy")


def assert_that(holds: bool, step: str, details: str) -> None:
    if not holds:
        raise Failed(step, details)


def run(*command: str, cwd: Path | None = None, step: str) -> str:
    """What a command printed. Warnings are shown, and one from oneaxis' own code is a failure."""
    foreign = re.compile("PYTHON|MLFLOW|VIRTUAL_ENV|ONEAXIS")
    kept = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    ended = subprocess.run(
        command,
        cwd=cwd,
        env={**kept, "PYTHONWARNINGS": "default", "DO_NOT_TRACK": "true"},
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = ended.stdout + ended.stderr
    if ended.returncode != 0:
        raise Failed(f"{step} ({ended.returncode})", said)
    if own := re.findall(r"^.*site-packages/(?:oneaxis|hydra_plugins/oneaxis)/.*Warning: .*$", said, re.MULTILINE):
        raise Failed(f"{step} warns", "\n".join(own))
    return said


if __name__ == "__main__":
    sys.exit(main())
