"""Wait for the jobs of Hydra's submitit launcher: where one dies it raises at once, while the others still run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hydra.plugins.launcher import Launcher


@contextmanager
def waited_for(launcher: Launcher) -> Iterator[None]:
    """Where this block raises, every job that was submitted in it ends first."""
    if not type(launcher).__module__.startswith("hydra_plugins.hydra_submitit_launcher"):
        yield
        return
    import submitit  # noqa: PLC0415 - an extra; its launcher is in use

    executor: Any = submitit.AutoExecutor
    submit = executor.map_array
    jobs: list[Any] = []

    def noted(self: Any, *arguments: Any, **options: Any) -> Any:
        jobs.extend(submit(self, *arguments, **options))
        return jobs

    executor.map_array = noted
    try:
        yield
    except Exception:
        for job in jobs:
            job.wait()
        raise
    except BaseException:  # Ctrl-C: nothing outlives the sweeping process
        for job in jobs:
            job.cancel(check=False)
        raise
    finally:
        executor.map_array = submit
