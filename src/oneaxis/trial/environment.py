"""What a trial computes with, by the layers that a comparison looks at: packages, threads, device.

Names in capitals are environment variables, the others are what was seen.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from oneaxis.trial.loaded import loaded

Layers = Mapping[str, Mapping[str, Any]]
# fmt: off
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "packages": ("PYTHONHASHSEED", "PYTHONOPTIMIZE"),
    "threads": (
        "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS",
        "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMBA_NUM_THREADS", "OMP_DYNAMIC", "MKL_DYNAMIC",
        "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
    ),
    "device": (
        "CUBLAS_WORKSPACE_CONFIG", "NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "CUDNN_DETERMINISTIC",
        "TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS", "JAX_ENABLE_X64",
        "JAX_PLATFORMS", "JAX_DEFAULT_MATMUL_PRECISION", "ATEN_CPU_CAPABILITY", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS",
        "MKL_DEBUG_CPU_TYPE", "OPENBLAS_CORETYPE", "ONEDNN_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE",
        "NPY_DISABLE_CPU_FEATURES", "PYTORCH_ENABLE_MPS_FALLBACK",
    ),
}
# fmt: on
_THREADED = ("numpy", "scipy", "sklearn", "torch", "mkl", "numba", "faiss")  # bring pools of threads along


def variables(environment: Mapping[str, str]) -> Layers:
    """The variables of an environment that can move a result, by layer; unset ones are left out."""
    return {
        layer: {name: environment[name] for name in names if name in environment} for layer, names in VARIABLES.items()
    }


def python() -> str:
    """The interpreter and its version."""
    name = platform.python_implementation()
    return platform.python_version() if name == "CPython" else f"{name} {platform.python_version()}"


def environment(given: Layers) -> dict[str, dict[str, Any]]:
    """All layers of this process as they are now; `given` are the variables that the trial started with."""
    seen: Layers = {
        "packages": {"python": python(), **loaded.packages()},
        "threads": _threads(),
        "device": _device(),
    }
    return {layer: {**found, **given.get(layer, {})} for layer, found in seen.items()}


def _threads() -> dict[str, Any]:
    found: dict[str, Any] = {}
    torch: Any = sys.modules.get("torch")
    with suppress(Exception):  # half loaded, or another module of that name
        found["torch"] = int(torch.get_num_threads())
    counts: dict[str, set[int]] = {}
    if "threadpoolctl" in sys.modules:
        with suppress(Exception):
            for pool in _pools(tuple(name for name in _THREADED if name in sys.modules)).info():
                counts.setdefault(str(pool["internal_api"]), set()).add(int(pool["num_threads"]))
    return {**found, **{name: _plain(numbers) for name, numbers in sorted(counts.items())}}


def _plain(numbers: set[int]) -> int | str:
    return min(numbers) if len(numbers) == 1 else ", ".join(map(str, sorted(numbers)))


@lru_cache(maxsize=2)
def _pools(libraries: tuple[str, ...]) -> Any:  # noqa: ARG001 - looked for again when one more is loaded
    # Finding them takes longer than a small fit; reading their counts takes nothing.
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415 - only where the task has it loaded

    return ThreadpoolController()


def _device() -> dict[str, Any]:
    """PyTorch's device and its switches for repeatable results, where the task has it loaded."""
    torch: Any = sys.modules.get("torch")
    found: dict[str, Any] = {}
    if torch is None:
        return found
    with suppress(Exception):  # as above
        found["name"] = gpu_name(torch) or "cpu"
        found["deterministic"] = bool(torch.are_deterministic_algorithms_enabled())
        found["cudnn.deterministic"] = bool(torch.backends.cudnn.deterministic)
        found["cudnn.benchmark"] = bool(torch.backends.cudnn.benchmark)
        found["matmul_precision"] = str(torch.get_float32_matmul_precision())
    return found


def gpu_name(torch: Any) -> str | None:
    """The GPU that the task has used; asking never starts one."""
    if torch is None or not torch.cuda.is_initialized():
        return None
    return str(torch.cuda.get_device_name())


def environ() -> Mapping[str, str]:
    """The variables of this process, now."""
    return dict(os.environ)
