"""The sweeping process's hold on the mirror's process. Nothing here imports mlflow."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from oneaxis.study.folder import StudyFolder
from oneaxis.trial import address

LOG_FILE = "tracking.log"
STILL = 30.0  # seconds that a store elsewhere may take for one thing, once nothing else is done
START = 180.0  # seconds until the first thing is done: MLflow starts slowly on a machine that is overloaded
SOURCE = Path(__file__).resolve().parents[2]  # where this very oneaxis is imported from


@dataclass(frozen=True)
class Mirrored:
    """What the mirror wrote. `error` says why something lacks; `oneaxis sync` writes it later."""

    experiment: str | None
    parent: str | None
    written: int
    lacking: tuple[int, ...]
    error: str | None
    view: str | None = None  # the key of the saved view
    remark: str = ""  # what the user should know, though nothing failed


class MirrorProcess:
    """Starts the mirror beside the trials, tells it of them, and takes its answer."""

    def __init__(
        self, root: Path, uri: str, *, again: bool = False, notice: Callable[[str], None] = lambda _: None
    ) -> None:
        """Start the process. Its own messages go to `tracking.log` in the study's folder, if that can be written.

        `again` writes what is there already once more; `notice` is told, from another thread, of trouble and its end.
        """
        self._root = root
        self._notice = notice
        self._answer: dict[str, Any] | None = None
        self._far = not uri.startswith(("sqlite:", "file:"))  # else nobody is waited for but this machine
        self._told: set[int] = set()
        self._wrote: set[int] = set()
        self._until = time.monotonic() + START  # until then it needn't have got on
        environment = {
            **os.environ,
            address.VARIABLE: uri,
            "MLFLOW_TRACKING_URI": uri,
            "PYTHONPATH": os.pathsep.join([str(SOURCE), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]).strip(
                ":"
            ),
        }
        environment.pop("MLFLOW_RUN_ID", None)
        # The mirror tries again itself; MLflow's own patience holds one call for minutes.
        environment.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        environment.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", f"{STILL:g}")
        self._still = STILL
        with contextlib.suppress(ValueError):  # who lets one request take longer knows a slow server
            self._still = max(STILL, float(environment["MLFLOW_HTTP_REQUEST_TIMEOUT"]))
        if again:
            environment["ONEAXIS_SYNC"] = "1"
        self._log, log = _open_log(root)
        with log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "oneaxis.tracking.service", str(root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                errors="replace",
                env=environment,
                start_new_session=True,  # Ctrl-C is the sweeper's; it ends the mirror in its own time
            )
        self._reader = threading.Thread(target=self._listen, name="oneaxis-mirror", daemon=True)
        self._reader.start()

    def run_wanted(self, trial: int) -> None:
        """A task uses MLflow and waits for its run."""
        self._say(f"run {trial}")

    def curve_grew(self, trial: int) -> None:
        """A running trial's curve has new points."""
        self._say(f"curve {trial}")

    def recorded(self, trial: int) -> None:
        """A trial's record is on disk."""
        self._told.add(trial)
        self._say(f"done {trial}")

    def finish(self, patience: float | None = None) -> Mirrored:
        """Let the mirror write what is left and end; wait for it, at most `patience` seconds.

        It may take as long as it gets on; a server or database that does nothing more isn't waited for.
        """
        self._say("end")
        ended = time.monotonic()
        late = None
        while self._reader.is_alive() and late is None:
            self._reader.join(0.05)
            now = time.monotonic()
            due = max(ended, self._until) + self._still
            if patience is not None and now >= ended + patience:
                late = f"the mirror took longer than {patience} s"
            elif self._far and now >= due:
                late = f"the store did nothing for {self._still:g} s"
        if not self._reader.is_alive():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)  # it has answered, or closed its output: it is at its end
            late = None
        self.kill()
        if late is not None:
            return Mirrored(None, None, len(self._wrote), tuple(sorted(self._told - self._wrote)), late)
        return self._read()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._reader.join(5)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):  # what was still to be said
                pipe.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        # A dead mirror costs the study nothing; finish() says so.
        with contextlib.suppress(BrokenPipeError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError, OSError):  # closed by kill()
            for line in self._process.stdout:
                with contextlib.suppress(ValueError):
                    said = json.loads(line)
                    if "notice" in said:
                        self._notice(str(said["notice"]))
                    elif "busy" in said:
                        self._until = time.monotonic() + said["busy"]
                    elif "wrote" in said:
                        self._wrote.add(said["wrote"])
                        self._until = time.monotonic()
                    else:
                        self._answer = said

    def _read(self) -> Mirrored:
        answer = self._answer
        if answer is None:
            return Mirrored(None, None, 0, (), f"the mirror died; its last words are in {self._log}")
        if answer["error"] is None and self._log.parent != self._root:
            self._log.unlink(missing_ok=True)  # nobody looks for it elsewhere
        return Mirrored(
            experiment=answer.get("experiment"),
            parent=answer.get("parent"),
            written=answer["written"],
            lacking=tuple(answer["lacking"]),
            error=answer["error"],
            view=answer.get("view"),
            remark=answer.get("remark", ""),
        )


def _open_log(root: Path) -> tuple[Path, BinaryIO]:
    try:
        own = StudyFolder(root).own / LOG_FILE
        return own, own.open("ab")
    except OSError:  # a study where it can only be read is mirrored as well
        descriptor, path = tempfile.mkstemp(prefix="oneaxis-tracking-", suffix=".log")
        return Path(path), os.fdopen(descriptor, "ab")


def sync(root: Path, uri: str, recorded: Sequence[int]) -> Mirrored:
    """Write a study that is on disk: the same mirror, told of every record at once."""
    mirror = MirrorProcess(root, uri, again=True)
    for trial in recorded:
        mirror.recorded(trial)
    return mirror.finish()
