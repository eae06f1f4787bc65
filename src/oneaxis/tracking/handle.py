"""The sweeping process's hold on the mirror's process. Nothing here imports mlflow."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOG_FILE = "tracking.log"
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


class MirrorProcess:
    """Starts the mirror beside the trials, tells it of them, and takes its answer."""

    def __init__(self, root: Path, uri: str) -> None:
        """Start the process. Its own messages go to `tracking.log` in the study's folder."""
        self._root = root
        environment = {
            **os.environ,
            "ONEAXIS_TRACKING_URI": uri,
            "MLFLOW_TRACKING_URI": uri,
            "PYTHONPATH": os.pathsep.join([str(SOURCE), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]).strip(
                ":"
            ),
        }
        environment.pop("MLFLOW_RUN_ID", None)
        with (root / LOG_FILE).open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "oneaxis.tracking.service", str(root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
                start_new_session=True,  # Ctrl-C is the sweeper's; it ends the mirror in its own time
            )

    def run_wanted(self, trial: int) -> None:
        """A task uses MLflow and waits for its run."""
        self._say(f"run {trial}")

    def recorded(self, trial: int) -> None:
        """A trial's record is on disk."""
        self._say(f"done {trial}")

    def finish(self, patience: float | None = None) -> Mirrored:
        """Let the mirror write what is left and end; wait for it, at most `patience` seconds."""
        try:
            output, _ = self._process.communicate("end\n", timeout=patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return Mirrored(None, None, 0, (), f"the mirror took longer than {patience} s")
        except (BrokenPipeError, ValueError):
            self.kill()
            output = ""
        return self._read(output)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
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

    def _read(self, output: str) -> Mirrored:
        try:
            answer = json.loads(output.strip().splitlines()[-1])
        except (IndexError, ValueError):
            return Mirrored(None, None, 0, (), f"the mirror died; its last words are in {self._root / LOG_FILE}")
        return Mirrored(
            experiment=answer.get("experiment"),
            parent=answer.get("parent"),
            written=answer["written"],
            lacking=tuple(answer["lacking"]),
            error=answer["error"],
            view=answer.get("view"),
        )


def sync(root: Path, uri: str, recorded: Sequence[int]) -> Mirrored:
    """Write a study that is on disk: the same mirror, told of every record at once."""
    mirror = MirrorProcess(root, uri)
    for trial in recorded:
        mirror.recorded(trial)
    return mirror.finish()
