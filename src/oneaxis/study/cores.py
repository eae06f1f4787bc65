"""How many trials this machine can run side by side."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def physical_cores() -> int:
    """Physical cores that this process may use: hyper-threads share one, and a container's limit counts."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cores = {_siblings(cpu) for cpu in allowed}
    limit = _container_limit()
    return max(1, min(len(cores), limit) if limit else len(cores))


def visible_devices() -> tuple[str, ...]:
    """The GPUs that this process may use: CUDA_VISIBLE_DEVICES if set, else all that nvidia-smi lists."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return tuple(device.strip() for device in named.split(",") if device.strip() not in ("", "-1", "NoDevFiles"))
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    listed = subprocess.run([program, "--list-gpus"], capture_output=True, check=False, timeout=10)  # noqa: S603
    return tuple(str(number) for number, _ in enumerate(listed.stdout.splitlines()))


def _siblings(cpu: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return path.read_text().strip()
    except OSError:
        return str(cpu)


def _container_limit() -> int | None:
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return None if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return None
