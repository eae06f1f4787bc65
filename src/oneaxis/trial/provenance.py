"""Where a trial ran, and with what."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("oneaxis", "hydra-core", "omegaconf", "numpy", "scikit-learn", "torch", "mlflow")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def machine() -> Mapping[str, Any]:
    """Host, Python, thread limits, and the versions of the packages that are installed."""
    return {
        "host": platform.node(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "process": os.getpid(),
        "threads": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
        "packages": _versions(PACKAGES),
    }


@cache
def _versions(packages: tuple[str, ...]) -> Mapping[str, str]:
    # Reading them takes longer than a small fit: once a process, and for local trials once in their server.
    found: dict[str, str] = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def entry_point() -> list[str]:
    """How this process was started, as a command line: `["train.py"]` or `["-m", "package.train"]`."""
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return ["-m", spec.name.removesuffix(".__main__")]
    file = Path(getattr(main, "__file__", None) or sys.argv[0])
    here = Path.cwd()
    return [str(file.relative_to(here)) if file.is_relative_to(here) else str(file)]
