"""The reference runs, the default study runs, and every option of every group composes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

ROOT = Path(__file__).parents[1]
CONF = ROOT / "conf"
OPTIONS = [
    f"{file.parent.relative_to(CONF)}={file.stem}"
    for file in sorted(CONF.glob("*/**/*.yaml"))
    if file.parent.name != "axes"
]


def train(*overrides, cwd):
    command = [sys.executable, str(ROOT / "train.py"), *overrides]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": "", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_composes(option):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        assert compose("reference", overrides=[option])


def test_the_default_study_runs_and_every_trial_leaves_a_record(tmp_path):
    ended = train("-m", "hydra.sweeper.seeds=1", "hydra.sweeper.tracking=null", cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    [study] = tmp_path.rglob("study.json")
    records = [json.loads(path.read_text()) for path in study.parent.rglob("record.json")]
    assert len(records) == len(json.loads(study.read_text())["plan"]["trials"])
    assert {record["status"] for record in records} == {"finished"}
    for record in records:
        assert "val_accuracy" in record["metrics"]
