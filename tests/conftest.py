"""What tests of whole studies share: other people's apps, run as their users run them, and MLflow stores."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis.internal.conjecture import providers

HOSTS = Path(__file__).parent / "hosts"
# What the person who runs the tests may have set, and what would change a study.
NOT_INHERITED = ("MLFLOW_", "OMP_", "MKL_", "OPENBLAS_", "HYDRA_", "COLUMNS")
# Hundreds of processes start here: without compiled files each would compile all modules again, half of its time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Whoever starts the tests in a shell's background has Ctrl-C ignored, and all that they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Hypothesis also tries constants of the modules that happen to be loaded: with them the examples would depend on the
# tests that ran before.
NO_CONSTANTS = providers._local_constants
providers._get_local_constants = lambda: NO_CONSTANTS


class FailuresAtOnce:
    """Prints each failure when it happens: the suite takes long, and may be ended before its summary."""

    def __init__(self, terminal: Any) -> None:
        self.terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.terminal.ensure_newline()
            self.terminal.write_line(f"{report.when} of {report.nodeid} failed:\n{report.longreprtext}")


@pytest.hookimpl(trylast=True)  # once there is a terminal
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailuresAtOnce(terminal))


@dataclass(frozen=True)
class Ended:
    """A command that ended: its exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that was printed, however it was wrapped."""
        return " ".join(f"{self.out}\n{self.err}".split())


class Study:
    """A study's folder, as anyone may read it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def content(self) -> dict[str, Any]:
        apart = self.root / ".oneaxis" / "study.json"
        return json.loads((apart if apart.exists() else self.root / "study.json").read_text())

    @property
    def plan(self) -> dict[str, Any]:
        return self.content["plan"]

    @property
    def id(self) -> str:
        return self.content["id"]

    @property
    def name(self) -> str:
        return self.content["name"]

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """Records by trial: `reference`, `lr=0.1`, and with `, seed 3` where there are several seeds."""
        found = {}
        several = len(self.plan["seeds"]) > 1
        for path in sorted(self.root.rglob("record.json")):
            if "attempts" in path.parts or not path.is_file():
                continue
            record = json.loads(path.read_text())
            if "trial" not in record:
                continue  # the task's own
            name = record["deviation"] or "reference"
            found[f"{name}, seed {record['seed']}" if several else name] = record
        return found

    @property
    def statuses(self) -> dict[str, str]:
        return {name: record["status"] for name, record in self.records.items()}

    def metric(self, name: str) -> dict[str, float]:
        return {trial: record["metrics"].get(name) for trial, record in self.records.items()}


class Host:
    """An app that somebody else wrote, copied into a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.interpreter = sys.executable
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)},
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
        }

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """Start `python …` in the app's folder."""
        return subprocess.Popen(
            [self.interpreter, *command],
            cwd=self.root,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_sweep(
        self,
        *overrides: str,
        app: str = "app.py",
        config: str = "config",
        tracking: str = "null",
        report: bool = False,
        **environment: str,
    ) -> subprocess.Popen[str]:
        """Start `python app.py -m hydra/sweeper=oneaxis …`."""
        ours = ["hydra/sweeper=oneaxis", f"hydra.sweeper.tracking={tracking}"]
        ours += [] if report else ["hydra.sweeper.report=false"]  # drawing takes longer than these studies
        return self.start(app, "--config-name", config, "-m", *ours, *overrides, **environment)

    def python(self, *command: str, **environment: str) -> Ended:
        """Run `python …` in the app's folder, to its end."""
        return _ended(self.start(*command, **environment))

    def sweep(self, *overrides: str, **options: Any) -> Ended:
        """Run `python app.py -m hydra/sweeper=oneaxis …`, with the options of `start_sweep`, to its end."""
        return _ended(self.start_sweep(*overrides, **options))

    @property
    def studies(self) -> list[Study]:
        """The studies on disk, in the order of their folders' names."""
        found = sorted(self.root.rglob("study.json"))
        return [Study(path.parents[1] if path.parent.name == ".oneaxis" else path.parent) for path in found]

    @property
    def study(self) -> Study:
        [study] = self.studies
        return study

    @property
    def left(self) -> list[str]:
        """What lies in the app's folder beside the app."""
        kept = {"conf", "__pycache__"}
        return sorted(path.name for path in self.root.iterdir() if path.name not in kept and path.suffix != ".py")


def _ended(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=900)
    return Ended(process.returncode, out, err)


@pytest.fixture
def host(tmp_path):
    """`host("plain")` is a fresh copy of tests/hosts/plain."""
    return lambda name: _copied(name, tmp_path / name)


@pytest.fixture(scope="module")
def shared_host(tmp_path_factory):
    """The same, for a study that several tests of a module look at."""
    return lambda name: _copied(name, tmp_path_factory.mktemp(name) / name)


def _copied(name: str, root: Path) -> Host:
    shutil.copytree(HOSTS / name, root, ignore=shutil.ignore_patterns("__pycache__"))
    return Host(root)


@pytest.fixture
def impatient(tmp_path):
    """An environment in which a store that gets on with nothing is waited for 2 s."""
    early = tmp_path / "early"
    early.mkdir()
    (early / "sitecustomize.py").write_text("import oneaxis.tracking.handle as handle; handle.STILL = 2.0")
    return {"PYTHONPATH": os.pathsep.join([str(early), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)}


class Store:
    """A SQLite store of MLflow."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.uri = f"sqlite:///{path}"

    @cached_property
    def client(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other people's deprecations, at import
            from mlflow import MlflowClient

            return MlflowClient(tracking_uri=self.uri)

    @property
    def runs(self):
        """Every run, by name; twice the same name is an error."""
        runs = {run.info.run_name: run for run in self.all_runs}
        assert len(runs) == len(self.all_runs), sorted(run.info.run_name for run in self.all_runs)
        return runs

    @property
    def all_runs(self):
        experiments = [experiment.experiment_id for experiment in self.client.search_experiments()]
        return list(self.client.search_runs(experiments))


@pytest.fixture(scope="session")
def ready_store(tmp_path_factory, worker_id):
    """A store with its tables made, once for all tests: making them takes seconds."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "mlflow.db"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first worker makes it, the others wait
        if not shared.exists():
            store = Store(shared.with_suffix(".new"))
            shared.with_suffix(".said").write_text(_made(store))
            store.path.rename(shared)
    return Path(shutil.copy(shared, tmp_path_factory.mktemp("store")))


def _made(store: Store) -> str:
    """Make the store's tables as oneaxis does; what was said on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's deprecations, at import
        from oneaxis.tracking.schema import prepare_store
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("mlflow").addHandler(handler)
    prepare_store(store.uri)
    logging.getLogger("mlflow").removeHandler(handler)
    return "\n".join(said)


@pytest.fixture(scope="session")
def what_making_a_store_said(ready_store, tmp_path_factory, worker_id):
    own = tmp_path_factory.getbasetemp()
    return ((own if worker_id == "master" else own.parent) / "mlflow.said").read_text()


@pytest.fixture(scope="session")
def make_store(ready_store, tmp_path_factory):
    """`make_store()` is an empty store of one's own."""
    return lambda: Store(Path(shutil.copy(ready_store, tmp_path_factory.mktemp("store"))))


@pytest.fixture
def store(make_store):
    return make_store()


@pytest.fixture
def new_store(tmp_path):
    """A store that nobody has made yet."""
    return Store(tmp_path / "new.db")
