"""Programs that somebody else wrote, run in each way in which a trial can be run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import _copied

APPS = Path(__file__).parent / "apps"
CONFIG = "lr: 0.1\nseed: 0\n"  # of apps that bring none
LOCAL = ["hydra/launcher=oneaxis", "hydra.sweeper.workers=2"]
WAYS = {
    "basic": ["hydra/launcher=basic"],
    "forked": LOCAL,
    "anew": [*LOCAL, "hydra.sweeper.warm=false"],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit": ["hydra/launcher=submitit_local", "hydra.sweeper.workers=2"],
}


@pytest.fixture
def app(tmp_path):
    """`app("late")` is a fresh copy of apps/late; what lies in its `site-packages` is installed for it."""

    def made(name):
        host = _copied(str(APPS / name), tmp_path / name)
        if not (host.root / "conf").exists():
            (host.root / "conf").mkdir()
            (host.root / "conf" / "config.yaml").write_text(CONFIG)
        host.environment["PYTHONPATH"] = str(host.root / "site-packages")
        return host

    return made
