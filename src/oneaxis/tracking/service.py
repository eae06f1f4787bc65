"""The mirror's process: `python -m oneaxis.tracking.service FOLDER`, told by lines on its standard input.

`run N`: the task of trial N uses MLflow and waits for its run. `curve N`: its curve has new points. `done N`: the
record of trial N is there. `end`: nothing more comes. On standard output: lines of JSON, notices for the user, signs of
progress and at last the answer. When the input ends before this process does, the study is gone, and so is this
process.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from oneaxis.errors import BadRecord
from oneaxis.study.folder import StudyFolder
from oneaxis.tracking.store import sqlite_path
from oneaxis.tracking.trouble import in_our_words, told
from oneaxis.trial import address
from oneaxis.vocabulary import Record, Study

if TYPE_CHECKING:
    from oneaxis.tracking.mirror import Mirror

TRIES = 4
NICENESS = 4  # the trials come first; with 10, one was starved for minutes on a machine that others kept busy
FIRST_PAUSE = 0.5  # seconds, doubled at each try
LONGEST_PAUSE = 15.0
STILL = 30.0  # seconds without success after which the last tries end
SIGN_EVERY = 1.0  # seconds
BYTES_A_SECOND = 1e6  # what an upload is given time for: during it there is no sign

Result = TypeVar("Result")


def main(root: str) -> int:
    """Mirror one study until told to end; exit status 1 if something could not be written."""
    os.nice(NICENESS)
    warnings.simplefilter("ignore")
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    folder = StudyFolder(Path(root))
    study = folder.read_study()
    uri = os.environ[address.VARIABLE]
    place = artifact_place(study, uri)
    if place is not None:
        os.chdir(place)
    desk = _Desk(study, folder, uri, again="ONEAXIS_SYNC" in os.environ)
    desk.serve(lines)
    print(json.dumps(desk.answer()), flush=True)  # noqa: T201 - the protocol
    return 1 if desk.problem else 0


def artifact_place(study: Study, uri: str) -> Path | None:
    """Where MLflow is to begin `mlruns`, for the artifacts of a new experiment: it does that where the process is.

    Beside the store if the study's own place is gone, or is only read; None if no place is known.
    """
    store = sqlite_path(uri)
    places = [Path(study.cwd), *([] if store is None else [store.parent])]
    return next((place for place in places if place.is_dir() and os.access(place, os.W_OK)), None)


class _Desk:
    """What waits to be written; tried again for as long as the study runs."""

    def __init__(self, study: Study, folder: StudyFolder, uri: str, *, again: bool) -> None:
        self._study = study
        self._folder = folder
        self._uri = uri
        self._again = again
        self._trials = {trial.index: trial for trial in study.plan.trials}
        self._records: dict[int, Record] = {}
        self._waiting: deque[str] = deque()
        self._mirror: Mirror | None = None
        self._pause = 0.0
        self._next = 0.0
        self._lacking: list[int] = []
        self._succeeded = time.monotonic()
        self._told = 0.0
        self.problem: str | None = None

    def serve(self, lines: queue.SimpleQueue[str]) -> None:
        """Write what comes until `end`, then what is left, with a few last tries."""
        self._work()  # opens the parent run
        while True:
            patience = max(0.0, self._next - time.monotonic()) if self.problem is not None else None
            try:
                line = lines.get(timeout=patience)
            except queue.Empty:
                self._work()
                continue
            if line == "end":
                break
            self._waiting.append(line)
            if self.problem is None or time.monotonic() >= self._next:
                self._work()
        self._last_tries()

    def answer(self) -> dict[str, object]:
        """What was written, and why anything lacks."""
        answer: dict[str, object] = {"written": len(self._records), "lacking": self._lacking, "error": self.problem}
        if self._mirror is not None:
            answer |= {
                "experiment": self._mirror.experiment,
                "parent": self._mirror.parent,
                "view": self._mirror.view,
                "remark": self._mirror.remark,
            }
        return answer

    def _work(self) -> None:
        """Do what waits, in order; on trouble wait longer each time, and say so once."""
        try:
            mirror = self._opened()
            while self._waiting:
                self._do(mirror, self._waiting[0])
                self._waiting.popleft()
        except Exception as error:  # noqa: BLE001 - whatever MLflow raises, the study goes on without it
            text = told(error)
            self._pause = min(LONGEST_PAUSE, 2 * self._pause or FIRST_PAUSE)
            self._next = time.monotonic() + self._pause
            print(f"{text}; again in {self._pause:g} s", file=sys.stderr, flush=True)  # noqa: T201 - the log
            if self.problem is None:
                _notice(f"MLflow: trouble ({text.splitlines()[0]:.200}); trials go on, and it is tried again")
            self._waiting.rotate(-1)  # one trial's trouble must not stop the others
            self.problem = text
        else:
            if self.problem is not None:
                _notice("MLflow: back, and everything so far is written")
            self.problem, self._pause = None, 0.0

    @in_our_words()
    def _opened(self) -> Mirror:
        from oneaxis.tracking.mirror import Mirror  # noqa: PLC0415 - imports mlflow, while trials already run

        if self._mirror is None:
            if not self._told:
                self._progressed()  # MLflow is loaded, and begins
            self._mirror = Mirror(self._study, self._folder, self._uri, again=self._again, progressed=self._progressed)
        return self._mirror

    def _progressed(self, size: int = 0) -> None:
        """MLflow did what it was asked for, and next comes an upload of that many bytes."""
        self._succeeded = time.monotonic() + size / BYTES_A_SECOND
        if size or time.monotonic() - self._told >= SIGN_EVERY:
            self._told = time.monotonic()
            print(json.dumps({"busy": size / BYTES_A_SECOND}), flush=True)  # noqa: T201 - the protocol

    @in_our_words()
    def _do(self, mirror: Mirror, line: str) -> None:
        word, _, number = line.partition(" ")
        trial = self._trials[int(number)]
        if word == "run":
            mirror.give_run(trial, attempt=True)
            return
        if word == "curve":
            with contextlib.suppress(Exception):  # what fails now is written with the record
                mirror.follow(trial)
            return
        try:
            record = self._folder.record(trial.folder)
        except BadRecord as error:  # the study's own process sets it aside, and says so
            print(error, file=sys.stderr, flush=True)  # noqa: T201 - the log
            return
        if record is not None:
            mirror.write(trial, record)
            self._records[trial.index] = record
            self._succeeded = time.monotonic()
            print(json.dumps({"wrote": trial.index}), flush=True)  # noqa: T201 - the protocol

    def _last_tries(self) -> None:
        self._succeeded = time.monotonic()
        hopeless = False
        for number in range(TRIES):
            if number:
                time.sleep(FIRST_PAUSE * 2 ** (number - 1))
            hopeless = self._try_each()
            if hopeless or (not self._waiting and self._mirror is not None):
                break
        self._lacking = sorted({int(line.partition(" ")[2]) for line in self._waiting if line.startswith("done")})
        if self._mirror is None:
            self._lacking = list(self._trials)
            return
        if hopeless:
            return
        try:
            _retried(self._finish)
        except Exception as error:  # noqa: BLE001 - said in the answer
            self.problem = told(error)

    @in_our_words()
    def _finish(self) -> None:
        self._opened().finish(self._records, whole=not self._lacking)

    def _try_each(self) -> bool:
        """What waits, each by itself: one trial's trouble must not stop the others.

        True where a store answers nothing: each try more would take as long.
        """
        waiting, self._waiting = self._waiting, deque()
        problem: str | None = None
        hopeless = False
        for line in waiting or [""]:
            if hopeless:
                self._waiting.append(line)
                continue
            try:
                mirror = self._opened()
                if line:
                    self._do(mirror, line)
            except Exception as error:  # noqa: BLE001 - as in _work
                if line:
                    self._waiting.append(line)
                problem = told(error)
                print(f"{line or 'opening'}: {problem}", file=sys.stderr, flush=True)  # noqa: T201 - the log
                hopeless = _timed_out(error) or time.monotonic() - self._succeeded > STILL
        self.problem = problem
        return hopeless


def _timed_out(error: Exception) -> bool:
    """Whether nobody answered: MLflow wraps what a server's or a database's library raises, but keeps its words."""
    return any(words in str(error).lower() for words in ("timed out", "timeout"))


def _notice(text: str) -> None:
    """Something for the study's user to know now."""
    print(json.dumps({"notice": text}), flush=True)  # noqa: T201 - the protocol


def _listen(lines: queue.SimpleQueue[str]) -> None:
    # Read past Python's own buffer, whose lock a thread must not hold when the process ends.
    left = b""
    while block := os.read(0, 1 << 16):
        *whole, left = (left + block).split(b"\n")
        for line in whole:
            lines.put(line.decode().strip())
    # The input is gone while this process lives: the sweeping process is dead, and nothing may outlive it.
    os._exit(3)


def _retried(action: Callable[[], Result]) -> Result:
    pause = FIRST_PAUSE
    for _ in range(TRIES - 1):
        try:
            return action()
        except Exception as error:
            if _timed_out(error):
                raise
            print(f"{told(error)}; again in {pause} s", file=sys.stderr, flush=True)  # noqa: T201 - the log
            time.sleep(pause)
            pause *= 2
    return action()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
