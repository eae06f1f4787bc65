"""Where artifacts lie after a project was moved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.study.examples import study as example

from oneaxis.tracking.artifacts import gone
from oneaxis.tracking.data_run import write_data_run
from oneaxis.tracking.promoted import tag_promoted
from oneaxis.vocabulary import Tracking

STUDY = example()


@pytest.mark.parametrize("before", ["", "file://"])
def test_mlflows_own_place_below_a_folder_that_is_gone_is_told(tmp_path, before):
    assert gone(f"{before}{tmp_path}/my%20old/mlruns/1") == tmp_path / "my old"
    assert gone(f"{before}{tmp_path}/mlruns/1") is None, "it only wasn't made yet"


@pytest.mark.parametrize("location", ["/data/chosen/experiment", "mlflow-artifacts:/1", "s3://bucket/mlruns/1"])
def test_a_place_that_somebody_chose_is_theirs(location):
    assert gone(location) is None


def test_a_promotion_makes_no_store_where_the_project_was(tmp_path):
    study = replace(STUDY, tracking=Tracking(f"sqlite:///{tmp_path}/gone/mlflow.db", "tests"))
    assert tag_promoted(study, [None], "digest") == f"there is no {tmp_path}/gone/mlflow.db"
    assert list(tmp_path.iterdir()) == []


def test_a_look_at_data_is_written_without_artifacts_where_their_place_is_gone(store, tmp_path):
    before = tmp_path / "before"
    store.client.create_experiment("data", artifact_location=f"{before}/mlruns/1")
    (tmp_path / "look").mkdir()
    with pytest.raises(FileNotFoundError, match="has those of data below"):
        write_data_run(store.uri, "data", tmp_path / "look", name="look", note="", counts={"rows": 3.0}, config={})
    assert store.runs["look"].info.status == "FINISHED"
    assert not before.exists()
