"""Where a trial ran, and with what."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from oneaxis.trial.environment import gpu_name

_WIDEST = ("avx512f", "avx2", "avx", "asimd")  # instruction sets that numerical libraries choose their code by


def machine() -> Mapping[str, Any]:
    """Host, processor and process: where a trial ran. It informs, and forbids no comparison."""
    return {
        "host": platform.node(),
        "system": f"{platform.system()} {platform.machine()}",
        **_processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "process": os.getpid(),
    }


def graphics() -> Mapping[str, Any]:
    """The GPU that the task has used, its driver, and which were visible; empty without one."""
    found: dict[str, Any] = {}
    with suppress(Exception):  # a half-loaded PyTorch
        if (name := gpu_name(sys.modules.get("torch"))) is not None:
            found["gpu"] = name
            found["driver"] = Path("/sys/module/nvidia/version").read_text(encoding="ascii").strip()
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        found["visible"] = os.environ["CUDA_VISIBLE_DEVICES"]
    return found


@cache
def _processor() -> Mapping[str, str]:
    """The processor's model and widest instruction set, where Linux tells them."""
    found: dict[str, str] = {}
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                name, _, value = (part.strip() for part in line.partition(":"))
                if name == "model name":
                    found["cpu"] = value
                elif name in ("flags", "Features"):
                    flags = set(value.split())
                    found["instructions"] = next((item for item in _WIDEST if item in flags), "")
                    break  # the first core speaks for all
    except OSError:
        pass
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
