"""The mirror's process: `python -m oneaxis.tracking.service FOLDER`, told by lines on its standard input.

`run N`: the task of trial N uses MLflow and waits for its run. `done N`: the record of trial N is there.
`end`: nothing more comes. The answer is one line of JSON on standard output. When the input ends without
`end`, the study is gone, and so is this process.
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
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from oneaxis.study.folder import StudyFolder
from oneaxis.tracking.store import masked
from oneaxis.vocabulary import Record, Study

TRIES = 4
NICENESS = 10  # the trials come first: they need the processors, and the table doesn't wait for the mirror
FIRST_PAUSE = 0.5  # seconds, doubled at each try

Result = TypeVar("Result")


def main(root: str) -> int:
    """Mirror one study until told to end; exit status 1 if something could not be written."""
    os.nice(NICENESS)
    warnings.simplefilter("ignore")
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    folder = StudyFolder(Path(root))
    study = folder.read_study()
    with contextlib.suppress(OSError):  # a study may have come from another machine
        os.chdir(study.cwd)  # MLflow puts the artifacts of a new experiment where the process is
    uri = os.environ["ONEAXIS_TRACKING_URI"]
    answer: dict[str, object] = {"written": 0, "lacking": [], "error": None}
    try:
        from oneaxis.tracking.mirror import Mirror  # noqa: PLC0415 - imports mlflow, while trials already run

        mirror = _retried(lambda: Mirror(study, folder, uri))
    except Exception as error:  # noqa: BLE001 - whatever MLflow raises, the study goes on without it
        answer |= {"lacking": [trial.index for trial in study.plan.trials], "error": f"{masked(str(error)):.500}"}
        _wait_for_end(lines)
    else:
        answer |= {"experiment": mirror.experiment, "parent": mirror.parent}
        written, lacking, error_text = _serve(mirror, study, folder, lines)
        answer |= {"written": written, "lacking": lacking, "error": error_text, "view": mirror.view}
    print(json.dumps(answer), flush=True)  # noqa: T201 - the protocol
    return 1 if answer["error"] else 0


def _serve(
    mirror: object, study: Study, folder: StudyFolder, lines: queue.SimpleQueue[str]
) -> tuple[int, list[int], str | None]:
    from oneaxis.tracking.mirror import Mirror  # noqa: PLC0415 - see main

    assert isinstance(mirror, Mirror)
    trials = {trial.index: trial for trial in study.plan.trials}
    records: dict[int, Record] = {}
    lacking: list[int] = []
    problem: str | None = None
    while (line := lines.get()) != "end":
        word, _, number = line.partition(" ")
        trial = trials[int(number)]
        try:
            if word == "run":
                _retried(lambda trial=trial: mirror.give_run(trial))  # type: ignore[misc]
            elif (record := folder.record(trial.folder)) is not None:
                records[trial.index] = record
                _retried(lambda trial=trial, record=record: mirror.write(trial, record))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - one trial's trouble must not stop the others
            lacking.append(trial.index)
            problem = f"{type(error).__name__}: {masked(str(error)):.500}"
            print(f"trial {trial.index}: {problem}", file=sys.stderr, flush=True)  # noqa: T201 - the log
    try:
        _retried(lambda: mirror.finish(records))
    except Exception as error:  # noqa: BLE001 - said in the answer
        problem = f"{type(error).__name__}: {masked(str(error)):.500}"
    return len(records) - len(lacking), lacking, problem


def _listen(lines: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line.strip())
        if line.strip() == "end":
            return
    # Input gone without `end`: the sweeping process is dead, and nothing may outlive it.
    os._exit(3)


def _wait_for_end(lines: queue.SimpleQueue[str]) -> None:
    while lines.get() != "end":
        pass


def _retried(action: Callable[[], Result]) -> Result:
    pause = FIRST_PAUSE
    for _ in range(TRIES - 1):
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - a locked file, a server that restarts: try again
            print(f"{type(error).__name__}: {masked(str(error)):.500}; again in {pause} s", file=sys.stderr, flush=True)  # noqa: T201
            time.sleep(pause)
            pause *= 2
    return action()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
