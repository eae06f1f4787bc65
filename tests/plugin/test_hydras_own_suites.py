"""Hydra's own tests for launchers and sweepers, run against `hydra/sweeper=oneaxis`."""

from __future__ import annotations

import pytest
from hydra.test_utils.launcher_common_tests import BatchedSweeperTestSuite, IntegrationTestSuite, LauncherTestSuite
from hydra.version import VersionBase
from packaging.version import Version

OURS = ("hydra/sweeper=oneaxis", "hydra.sweeper.reference=false", "hydra.sweeper.tracking=null")

# Hydra warns of its own future in these suites.
pytestmark = pytest.mark.filterwarnings("ignore:Future Hydra versions will no longer change working directory")


@pytest.fixture(autouse=True)
def first_version_of_hydra(monkeypatch):
    """The suites expect a process in which no test has chosen Hydra's behaviour yet."""
    monkeypatch.setattr(VersionBase.instance(), "version_base", Version("1.1"))


@pytest.fixture
def overrides():
    return list(OURS)  # the suites append to it


@pytest.mark.parametrize("launcher_name", ["basic"])
class TestLauncherSuite(LauncherTestSuite):
    """All of it."""


@pytest.mark.parametrize("launcher_name", ["basic"])
class TestBatchedSweeperSuite(BatchedSweeperTestSuite):
    @pytest.mark.xfail(
        raises=AssertionError, reason="it asserts a Cartesian product, 2 × 3 = 6 jobs; one axis at a time is 2 + 3"
    )
    def test_sweep_2_jobs_2_batches(self, hydra_sweep_runner, launcher_name, overrides, tmpdir):
        super().test_sweep_2_jobs_2_batches(hydra_sweep_runner, launcher_name, overrides, tmpdir)


@pytest.mark.parametrize("task_launcher_cfg, extra_flags", [({}, ["-m", *OURS])])
class TestIntegrationSuite(IntegrationTestSuite):
    """All of it."""
