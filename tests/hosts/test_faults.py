"""The fault bench in short: `kill -9` of jobs and sweepers at random moments loses nothing and doubles nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "faults.py"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes as Linux shows them")
@pytest.mark.parametrize("launcher", ["local", "joblib", "submitit_local"])
def test_no_trial_is_lost_or_doubled(launcher):
    command = [sys.executable, str(BENCH), "--rounds", "1", "--launcher", launcher, "--quiet"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1200)
    assert ended.returncode == 0, ended.stderr
